import * as z from 'zod/mini';
import { plan } from './plan.ts';
import { assignmentId, bytes, duration, roundId, text, time, whole } from './scalars.ts';

/** Coordinator to device: one device's part in one round. */
export const assignment = z.strictObject({
  round: roundId,
  /** Rounds of the task count from 1. */
  number: whole(1, 2 ** 31),
  assignment: assignmentId,
  /** Secret of this assignment, with which its update is uploaded. */
  token: bytes(32),
  plan,
  /** When the coordinator stops taking updates, ms since 1970 by its clock. */
  deadline: time,
});
export type Assignment = z.infer<typeof assignment>;

/** Device to coordinator: it gives up its part. */
export const leave = z.strictObject({ round: roundId, assignment: assignmentId, reason: text(256) });
export type Leave = z.infer<typeof leave>;

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
