/** Voids a slip that is brought back or exchanged: derives what it signs, asks first whether it has voted. */

import { RefusedError, Server, UnreachableError, type Door } from "../booth/server";
import type { Language } from "../booth/texts";
import { concatBytes, encodeHex } from "../crypto/bytes";
import { deriveCredential, SLOTS } from "../crypto/credential";
import type { RandomBytes } from "../crypto/group";
import { signAsCredential } from "../crypto/proofs/schnorr";
import type { SlipFragment } from "../crypto/slip";
import { signVoid } from "../crypto/void";

/** What a slip has to sign now. */
export interface VoidTerms {
  readonly slots: readonly number[];
  readonly open_slots: readonly number[];
}

/** How an attempt ended; `message` is the server's own sentence. */
export type VoidEnd =
  | { readonly kind: "brought_back" | "exchanged" | "spent" | "already" | "unreachable" }
  | { readonly kind: "refused"; readonly message: string };

/** Voids one slip after another over a door of the server's. */
export class Voider {
  constructor(
    private readonly door: Door,
    private readonly language: () => Language,
    private readonly randomBytes: RandomBytes,
  ) {}

  /** Return what a slip of the meeting has to sign now, or why that cannot be told. */
  async readTerms(slip: SlipFragment): Promise<VoidTerms | VoidEnd> {
    try {
      const answer = JSON.parse(await this.open(slip).read(this.name(slip))) as VoidTerms;
      const slots = answer.slots.filter((slot) => Number.isInteger(slot) && slot >= 0 && slot < SLOTS);
      return { slots, open_slots: answer.open_slots.filter((slot) => slots.includes(slot)) };
    } catch (error) {
      return explain(error);
    }
  }

  /** Void the slip under these terms; clerk and teller have said that they are there. */
  async void(slip: SlipFragment, terms: VoidTerms): Promise<VoidEnd> {
    try {
      const known = await this.askWhetherUsed(slip, terms);
      return known ?? (await this.send(slip, terms));
    } catch (error) {
      return explain(error);
    }
  }

  /**
   * A slip that has voted in the open election signs nothing more: with later slots in the same breath, the server
   * would learn whose ballot it is.
   */
  private async askWhetherUsed(slip: SlipFragment, terms: VoidTerms): Promise<VoidEnd | null> {
    const server = this.open(slip);
    const state = await server.readState();
    for (const election of state.elections) {
      for (const slot of election.state === "open" ? terms.open_slots : []) {
        const electionHash = election.election_hash ?? "";
        const hash = Uint8Array.from(electionHash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
        const credential = deriveCredential(slip.code, slip.meeting, slot);
        const signature = signAsCredential("status", hash, credential, new Uint8Array(0), this.randomBytes);
        const question = concatBytes(credential.public.toBytes(), signature);
        const status = await server.readStatus(electionHash, question);
        if (status.ballot_hash !== null) {
          return { kind: "spent" };
        }
        if (status.is_void) {
          return { kind: "already" };
        }
      }
    }
    return null;
  }

  private async send(slip: SlipFragment, terms: VoidTerms): Promise<VoidEnd> {
    const claims = terms.slots.map((slot) => {
      const credential = deriveCredential(slip.code, slip.meeting, slot);
      const signature = signVoid(credential, slip.meeting, slot, this.randomBytes);
      return { slot, credential: credential.public.toHex(), signature: encodeHex(signature) };
    });
    const request = { open_slots: terms.open_slots, clerk: true, teller: true, claims };
    const answer = JSON.parse(await this.open(slip).send(this.name(slip), request)) as { voiding: string };
    return { kind: answer.voiding === "exchanged" ? "exchanged" : "brought_back" };
  }

  private open(slip: SlipFragment): Server {
    return new Server(slip.meeting, this.language, this.door);
  }

  private name(slip: SlipFragment): string {
    return `/meetings/${slip.meeting}/void`;
  }
}

function explain(error: unknown): VoidEnd {
  if (error instanceof UnreachableError) {
    return { kind: "unreachable" };
  }
  if (error instanceof RefusedError) {
    switch (error.code) {
      case "credential_spent":
        return { kind: "spent" };
      case "slip_void_already":
        return { kind: "already" };
      default:
        return { kind: "refused", message: error.message };
    }
  }
  throw error;
}
