import * as z from 'zod/mini';
import { duration, taskName, text, whole } from './scalars.ts';

/** What a device knows of its own state; a condition that its platform does not tell is left out. */
export const conditions = z.strictObject({
  idle: z.optional(z.boolean()),
  charging: z.optional(z.boolean()),
  unmetered: z.optional(z.boolean()),
});
export type Conditions = z.infer<typeof conditions>;

/** Device to coordinator: the offer to take part in a task now. */
export const checkIn = z.strictObject({
  task: taskName,
  /** Examples that the device could train on. */
  examples: whole(0, 2 ** 31),
  conditions,
});
export type CheckIn = z.infer<typeof checkIn>;

/** `waiting`: an assignment follows; `later`: come back in `after` ms (pace steering). */
export const checkInAnswer = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('waiting') }),
  z.strictObject({ decision: z.literal('later'), after: duration, reason: text(256) }),
]);
export type CheckInAnswer = z.infer<typeof checkInAnswer>;
