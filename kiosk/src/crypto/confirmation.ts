/** What the server answers once a ballot is stored: its signed word, which a voter can hold against the archive. */

import { encodeHex } from "./bytes";
import { decodeCanonical, encodeCanonical, type JsonObject, type JsonValue } from "./encoding";
import { Fields } from "./fields";
import { SIGNATURE_BYTES, signMessage, verifyMessage, type SigningSeed, type VerificationKey } from "./signing";

const CONFIRMATION_KEYS = ["ballot_hash", "election_hash", "signature"];
const LINE_FEED = 0x0a;

/** The server's signature that it stored a ballot. Spec: "sign_confirmation, verify_confirmation". */
export class Confirmation {
  constructor(
    readonly ballotHash: Uint8Array,
    readonly electionHash: Uint8Array,
    readonly signature: Uint8Array,
  ) {}

  /** Return the confirmation of an untrusted object; its signature is not checked. Raises: EncodingError. */
  static fromObject(value: JsonValue): Confirmation {
    const fields = new Fields(value, "confirmation", CONFIRMATION_KEYS);
    return new Confirmation(
      fields.digest("ballot_hash"),
      fields.digest("election_hash"),
      fields.digest("signature", SIGNATURE_BYTES),
    );
  }

  /** Return the confirmation of an untrusted file; one line feed at its end is forgiven. Raises: EncodingError. */
  static decode(data: Uint8Array): Confirmation {
    const end = data[data.length - 1] === LINE_FEED ? data.length - 1 : data.length;
    return Confirmation.fromObject(decodeCanonical(data.subarray(0, end)));
  }

  /** Return the confirmation as it travels. */
  toObject(): JsonObject {
    return { ...buildMessage(this.ballotHash, this.electionHash), signature: encodeHex(this.signature) };
  }

  /** Return the canonical bytes, which a voter keeps as a file. */
  encode(): Uint8Array {
    return encodeCanonical(this.toObject());
  }
}

/** Return the server's confirmation of a stored ballot. */
export function signConfirmation(ballotHash: Uint8Array, electionHash: Uint8Array, seed: SigningSeed): Confirmation {
  const signature = signMessage("confirmation", buildMessage(ballotHash, electionHash), seed);
  return new Confirmation(ballotHash, electionHash, signature);
}

/** Check the server's signature of a confirmation. Raises: InvalidSignatureError. */
export function verifyConfirmation(confirmation: Confirmation, serverKey: VerificationKey): void {
  const message = buildMessage(confirmation.ballotHash, confirmation.electionHash);
  verifyMessage("confirmation", message, serverKey, confirmation.signature);
}

function buildMessage(ballotHash: Uint8Array, electionHash: Uint8Array): JsonObject {
  return { ballot_hash: encodeHex(ballotHash), election_hash: encodeHex(electionHash) };
}
