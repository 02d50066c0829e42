import * as z from 'zod/mini';
import { looks, taskNamePattern } from '../ids/ids.ts';
import { duration, modelHash, taskName, text, whole } from './scalars.ts';

/** Maximum queries of one task that an app may let its devices answer. */
export const mostAnswers = 12;

/** Maximum characters of a ticket. */
export const longestTicket = 512;

/** Maximum characters of the address of a cell. */
const maxCellAddressLength = 128;

/** State of a device, as it reports it; conditions that its platform does not reveal are left out. */
export const conditions = z.strictObject({
  idle: z.optional(z.boolean()),
  charging: z.optional(z.boolean()),
  unmetered: z.optional(z.boolean()),
  /**
   * MiB that the app may still use on the device, rounded down to a power of two, so that it does not
   * identify a device.
   */
  freeMiB: z.optional(whole(0, 2 ** 31)),
  /**
   * Milliseconds for which a device woken in the background surely stays awake for a round, rounded down to
   * 10 s; 0 if it may not train now.
   */
  awake: z.optional(duration),
});
export type Conditions = z.infer<typeof conditions>;

/**
 * Device to coordinator: the offer to take part in a task now. The device has as many examples as the task
 * asks for.
 */
export const checkIn = z.strictObject({
  task: taskName,
  conditions,
  /**
   * Names of the queries that the app lets the device answer, except those that it has answered in their
   * period; left out if there are none.
   */
  answers: z.optional(
    z
      .array(z.string().check(z.regex(taskNamePattern, `expected ${looks.name}`)))
      .check(z.minLength(1), z.maxLength(mostAnswers)),
  ),
  /**
   * Version from which the device trained an update that it keeps for a masked buffer; left out if it has
   * none.
   */
  base: z.optional(modelHash),
  /** Ticket from a front; goes to the cell that it names, and back to a front if that cell is gone. */
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
 * A front's answer to a check-in that the task can use: the device connects to the cell that has the task and
 * brings the ticket, which it need not understand. `cell` is an http or https address without a path.
 */
export const sentElsewhere = z.strictObject({
  decision: z.literal('elsewhere'),
  cell: text(maxCellAddressLength),
  ticket: text(longestTicket),
});
export type SentElsewhere = z.infer<typeof sentElsewhere>;

/**
 * Coordinator to device: a device that was asked to come back later may do so in `after` ms, if that is
 * sooner.
 */
export const comeBack = z.strictObject({ task: taskName, after: duration });
export type ComeBack = z.infer<typeof comeBack>;
