import * as z from 'zod/mini';
import { isErrorCode } from '../errors/errors.ts';
import { decodeFrame, encodeFrame } from './frame.ts';
import { longestPlan, type Plan, readPlan, writePlan } from './plan.ts';
import { assignmentId, bytes, bytesUpTo, duration, roundId, text, time, whole } from './scalars.ts';

/** Coordinator to device: one device's part in one round. */
export const assignmentMessage = z.strictObject({
  round: roundId,
  /** Rounds of the task count from 1. */
  number: whole(1, 2 ** 31),
  assignment: assignmentId,
  /** Secret of this assignment, with which its update is uploaded. */
  token: bytes(32),
  /** The plan as bytes, which are the same for all devices of a round, and which all that they sign and derive is bound to. */
  plan: bytesUpTo(longestPlan),
  /** When the coordinator stops taking updates, ms since 1970 by its clock. */
  deadline: time,
});

/** An assignment whose plan has been read. */
export interface Assignment extends Omit<z.infer<typeof assignmentMessage>, 'plan'> {
  readonly plan: Plan;
  /** The bytes of the plan, as they were sent. */
  readonly planBytes: Uint8Array;
}

/** Reads an assignment and its plan; throws `protocol.frame` or `request.invalid`. */
export function decodeAssignment(frame: unknown): Assignment {
  const { plan: planBytes, ...rest } = decodeFrame(frame, assignmentMessage);
  return { ...rest, plan: readPlan(planBytes), planBytes };
}

/** The frame of an assignment, with the bytes of its plan. */
export function encodeAssignment({ planBytes, ...rest }: Assignment): Uint8Array {
  return encodeFrame({ ...rest, plan: planBytes });
}

/** An assignment under a plan that was not sent yet. */
export function assignmentOf(part: Omit<Assignment, 'planBytes'>): Assignment {
  return { ...part, planBytes: writePlan(part.plan) };
}

/** Device to coordinator: it gives up its part. */
export const leave = z.strictObject({ round: roundId, assignment: assignmentId, reason: text(256) });
export type Leave = z.infer<typeof leave>;

/** Why a device gives up its part, where that is no error: its app stopped, another task has its turn, or it need not say. */
const harmless: ReadonlySet<string> = new Set(['stopped', 'busy', 'declined']);

/** What a reason to leave counts as: a code of the table of errors, `stopped`, `busy` or `declined`; `other` for all else, whatever it says. */
export function countedReason(reason: string): string {
  return isErrorCode(reason) || harmless.has(reason) ? reason : 'other';
}

/** Coordinator to device: the round in which it has a part is over. */
export const roundEnd = z.strictObject({
  round: roundId,
  /** `closed`: the round has what it wanted, and this device's update is not in it. */
  outcome: z.enum(['published', 'closed', 'failed']),
  reason: text(1_024),
  /** ms after which to check in again (pace steering). */
  after: duration,
});
export type RoundEnd = z.infer<typeof roundEnd>;

/** What an upload is answered with: whether this update counts. */
export const uploadReceipt = z.strictObject({
  round: roundId,
  assignment: assignmentId,
  counted: z.literal(true),
});
export type UploadReceipt = z.infer<typeof uploadReceipt>;
