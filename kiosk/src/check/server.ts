/** What the checking page asks of the server, beside what a phone asks. */

import { encodeHex, encodeText } from "../crypto/bytes";
import { decodeBase64, decodeCanonicalObject } from "../crypto/encoding";
import { Manifest } from "../crypto/manifest";
import { RefusedError, Server, post } from "../booth/server";

/** The server's answers do not agree with each other. */
export class DisagreementError extends Error {}

/** A tested ballot as the server hands it out: nothing of it is checked yet. */
export interface FoundTest {
  readonly ballot: Uint8Array;
  readonly opening: Uint8Array;
}

/** What a closed election holds: rows of X ‖ ballot hash, and the hashes of tested ballots, joined. */
export interface ClosedLists {
  readonly ballots: Uint8Array;
  readonly tested: Uint8Array;
}

export class CheckServer extends Server {
  /** Return the manifest that has this hash. Raises: DisagreementError; EncodingError. */
  async readManifest(electionHash: string): Promise<Manifest> {
    const text = await this.text(`/elections/${electionHash}/manifest`);
    const manifest = Manifest.fromObject(decodeCanonicalObject(encodeText(text)));
    if (encodeHex(manifest.electionHash) !== electionHash) {
      throw new DisagreementError("manifest of another election");
    }
    return manifest;
  }

  /** Return the tested ballot of a tracker, or null; only the server of an open election has one. */
  async findTest(electionHash: string, tracker: string): Promise<FoundTest | null> {
    try {
      const answer = await this.text(`/elections/${electionHash}/tested`, post(encodeText(tracker)));
      const found = JSON.parse(answer) as { ballot: string; opening: string };
      return { ballot: decodeBase64(found.ballot), opening: decodeBase64(found.opening) };
    } catch (error) {
      if (error instanceof RefusedError && error.code === "tracker_unknown") {
        return null;
      }
      throw error;
    }
  }

  async readClosedLists(electionHash: string): Promise<ClosedLists> {
    const answer = JSON.parse(await this.text(`/elections/${electionHash}/closed`)) as Record<string, string>;
    return { ballots: decodeBase64(answer["ballots"] ?? ""), tested: decodeBase64(answer["tested"] ?? "") };
  }

  /** Return the credentials that may vote, joined and sorted; the manifest has their hash. */
  async readCredentials(electionHash: string): Promise<Uint8Array> {
    const answer = JSON.parse(await this.text(`/elections/${electionHash}/credentials`)) as { credentials: string };
    return decodeBase64(answer.credentials);
  }
}
