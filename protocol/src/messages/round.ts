import * as z from 'zod/mini';
import { isErrorCode } from '../errors/errors.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { longestPlan, type Plan, readPlan, writePlan } from './plan.ts';
import { assignmentId, bytes, bytesUpTo, duration, roundId, text, time, whole } from './scalars.ts';

/** Coordinator to device: one device's part in one round. */
export const assignmentMessage = z.strictObject({
  round: roundId,
  /** Number of the round; rounds of a task count from 1. */
  number: whole(1, 2 ** 31),
  assignment: assignmentId,
  /** Secret of this assignment, with which its update is uploaded. */
  token: bytes(32),
  /**
   * Plan as bytes, the same for all devices of a round; all their signatures and derived keys are bound to
   * it.
   */
  plan: bytesUpTo(longestPlan),
  /** Time until which the coordinator takes updates, ms since 1970 by its clock. */
  deadline: time,
});

/** Assignment whose plan has been read. */
export interface Assignment extends Omit<z.infer<typeof assignmentMessage>, 'plan'> {
  readonly plan: Plan;
  /** Bytes of the plan, as they were sent. */
  readonly planBytes: Uint8Array;
}

/** Reads an assignment and its plan; throws `protocol.frame` or `request.invalid`. */
export function decodeAssignment(frame: unknown): Assignment {
  const { plan: planBytes, ...rest } = decodeFrame(frame, assignmentMessage);
  return { ...rest, plan: readPlan(planBytes), planBytes };
}

export function encodeAssignment({ planBytes, ...rest }: Assignment): Uint8Array {
  return encodeFrame({ ...rest, plan: planBytes });
}

/** Assignment under a plan that was not sent yet. */
export function assignmentOf(part: Omit<Assignment, 'planBytes'>): Assignment {
  return { ...part, planBytes: writePlan(part.plan) };
}

/** Device to coordinator: gives up its part. */
export const leave = z.strictObject({ round: roundId, assignment: assignmentId, reason: text(256) });
export type Leave = z.infer<typeof leave>;

/**
 * Reasons to give up a part that are no errors: the app stopped, another task has its turn, or the device
 * declines.
 */
const harmless: ReadonlySet<string> = new Set(['stopped', 'busy', 'declined']);

/**
 * Reason to leave for metrics: a code of the error table, `stopped`, `busy` or `declined`; `other` for any
 * other text.
 */
export function countedReason(reason: string): string {
  return isErrorCode(reason) || harmless.has(reason) ? reason : 'other';
}

/** Coordinator to device: the round in which it has a part is over. */
export const roundEnd = z.strictObject({
  round: roundId,
  /** `closed`: the round has enough, and this device's update is not in it. */
  outcome: z.enum(['published', 'closed', 'failed']),
  reason: text(1_024),
  /** Milliseconds until the device may check in again (pace steering). */
  after: duration,
});
export type RoundEnd = z.infer<typeof roundEnd>;

/** Answer to an upload: this update counts. */
export const uploadReceipt = z.strictObject({
  round: roundId,
  assignment: assignmentId,
  counted: z.literal(true),
});
export type UploadReceipt = z.infer<typeof uploadReceipt>;
