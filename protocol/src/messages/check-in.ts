import * as z from 'zod/mini';
import { looks, taskNamePattern } from '../ids/ids.ts';
import { duration, modelHash, taskName, text, whole } from './scalars.ts';

/** Queries of one task that an app may have its devices answer. */
export const mostAnswers = 12;

/** Characters of a ticket, at most. */
export const longestTicket = 512;

/** Characters of the address of a cell, at most. */
const longestAddress = 128;

/** What a device knows of its own state; a condition that its platform does not tell is left out. */
export const conditions = z.strictObject({
  idle: z.optional(z.boolean()),
  charging: z.optional(z.boolean()),
  unmetered: z.optional(z.boolean()),
  /** Room that the app may still fill on the device, MiB; rounded down to a power of two, so that it tells no device from others. */
  freeMiB: z.optional(whole(0, 2 ** 31)),
  /** ms for which a device that is woken in the background surely stays awake for a round, rounded down to 10 s; 0 where it may not train now. */
  awake: z.optional(duration),
});
export type Conditions = z.infer<typeof conditions>;

/** Device to coordinator: the offer to take part in a task now, of a device that has as many examples as the task asks for. */
export const checkIn = z.strictObject({
  task: taskName,
  conditions,
  /** Names of the queries that the app lets the device answer, without those that it has answered in their period; left out where there are none. */
  answers: z.optional(
    z
      .array(z.string().check(z.regex(taskNamePattern, `expected ${looks.name}`)))
      .check(z.minLength(1), z.maxLength(mostAnswers)),
  ),
  /** The version from which the device has trained an update that it keeps for a masked buffer; left out where it has none. */
  base: z.optional(modelHash),
  /** What a front has said goes with the check-in: to the cell that it names, and back to a front where that cell is gone. */
  ticket: z.optional(text(longestTicket)),
});
export type CheckIn = z.infer<typeof checkIn>;

/** `waiting`: an assignment follows; `later`: come back in `after` ms (pace steering). */
export const checkInAnswer = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('waiting') }),
  z.strictObject({ decision: z.literal('later'), after: duration, reason: text(256) }),
]);
export type CheckInAnswer = z.infer<typeof checkInAnswer>;

/**
 * A front's answer to a check-in that the task has a use for: the cell that has the task takes the device, on a connection of its own, by the
 * ticket, which means nothing to the device. `cell` is an http or https address without a path.
 */
export const sentElsewhere = z.strictObject({
  decision: z.literal('elsewhere'),
  cell: text(longestAddress),
  ticket: text(longestTicket),
});
export type SentElsewhere = z.infer<typeof sentElsewhere>;

/** Coordinator to device: a device that was told to come back later may do so in `after` ms, where that is sooner. */
export const comeBack = z.strictObject({ task: taskName, after: duration });
export type ComeBack = z.infer<typeof comeBack>;
