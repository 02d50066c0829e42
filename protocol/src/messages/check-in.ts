import * as z from 'zod/mini';
import { duration, modelHash, taskName, text, whole } from './scalars.ts';

/** What a device knows of its own state; a condition that its platform does not tell is left out. */
export const conditions = z.strictObject({
  idle: z.optional(z.boolean()),
  charging: z.optional(z.boolean()),
  unmetered: z.optional(z.boolean()),
  /** Room that the app may still fill on the device, MiB; rounded down to a power of two, so that it tells no device from others. */
  freeMiB: z.optional(whole(0, 2 ** 31)),
});
export type Conditions = z.infer<typeof conditions>;

/** What a device found out about a new version on examples of its own that no training saw. */
export const verdict = z.strictObject({
  model: modelHash,
  /** `refused`: it did worse than the version before by a set margin, which goes on serving. */
  verdict: z.enum(['kept', 'refused']),
});
export type Verdict = z.infer<typeof verdict>;

/** Verdicts in one check-in. */
export const mostVerdicts = 4;

/** Device to coordinator: the offer to take part in a task now. */
export const checkIn = z.strictObject({
  task: taskName,
  /** Examples that the device could train on. */
  examples: whole(0, 2 ** 31),
  conditions,
  /** Those of the versions that arrived since the last check-in, where the device judges versions. */
  verdicts: z.optional(z.array(verdict).check(z.minLength(1), z.maxLength(mostVerdicts))),
});
export type CheckIn = z.infer<typeof checkIn>;

/** `waiting`: an assignment follows; `later`: come back in `after` ms (pace steering). */
export const checkInAnswer = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('waiting') }),
  z.strictObject({ decision: z.literal('later'), after: duration, reason: text(256) }),
]);
export type CheckInAnswer = z.infer<typeof checkInAnswer>;
