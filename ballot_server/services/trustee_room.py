"""The chair's side of the tellers' work, over the network: what the chair's and the projector's pages call.

`board` is the meeting's `Noticeboard`. All errors are `BallotServerError` or `CryptoError` with translated sentences.

    begin_ceremony(database, *, meeting: str, names: Sequence[str], threshold: int, rehearsal… from the meeting,
                   server_key, random_bytes) -> tuple[SeatCode, ...]
        Seats the tellers and returns their join codes, once. Again before the key is on the board: all seats and codes
        anew. The address for a teller is https://HOST:PORT/trustee#CODE.FINGERPRINT (see `format_join_address`).
    reissue_code(database, *, meeting, index, random_bytes) -> SeatCode
        For a teller whose device was lost before the key was made; the ceremony begins again.
    restart_ceremony(database, *, meeting, random_bytes) -> None
        After a failure: same seats, same codes, a new ceremony; devices begin again by themselves.
    ceremony_state(database, *, meeting) -> CeremonyView
        The finished ceremony is posted on the board by itself, when the last confirmation arrives.

    ask_counts(database, *, meeting, election) -> CountsView
        Of a *ready* election; again after attendance or slips changed.
    counts_state(database, *, meeting, election) -> CountsView
    open_when_signed(database, board, *, meeting, election) -> Manifest

    ask_decryption(database, *, meeting, election) -> DecryptionView
        Of a *closed* election; again to begin the exchange of words afresh.
    decryption_state(database, *, meeting, election) -> DecryptionView
    tally_when_decrypted(database, board, *, meeting, election) -> ElectionResult

    ask_destruction(database, *, meeting) -> DestructionView
        After the minutes.
    destruction_state(database, *, meeting) -> DestructionView
    end_when_destroyed(database, board, *, meeting, without: Collection[int] = ()) -> bytes
        The archive; `without` names the seats whose statement is missing, exactly.

    describe_room(database, *, meeting) -> RoomView
        Everything above at once, for a page that is asked for every few seconds.
"""
