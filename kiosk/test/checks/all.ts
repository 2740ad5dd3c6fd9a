/** Every check, in the order of the modules. */

import { ballotChecks } from "./ballot";
import { ceremonyChecks, signingChecks } from "./ceremony";
import type { Check } from "./check";
import { encodingChecks, wordChecks } from "./encoding";
import { groupChecks, transcriptChecks } from "./group";
import { elgamalChecks, membershipChecks, schnorrChecks } from "./proofs";
import { recordChecks } from "./records";
import { credentialChecks, slipChecks } from "./slip";
import { trusteeChecks } from "./trustee";
import { deviceChecks } from "./trustee_device";

export const CHECKS: readonly Check[] = [
  ...groupChecks,
  ...transcriptChecks,
  ...encodingChecks,
  ...wordChecks,
  ...slipChecks,
  ...credentialChecks,
  ...elgamalChecks,
  ...schnorrChecks,
  ...membershipChecks,
  ...ballotChecks,
  ...signingChecks,
  ...ceremonyChecks,
  ...trusteeChecks,
  ...deviceChecks,
  ...recordChecks,
];
