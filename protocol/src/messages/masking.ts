import * as z from 'zod/mini';
import { maxFrameLength } from './frame.ts';
import { assignmentId, bytesUpTo, roundId } from './scalars.ts';

/** Maximum bytes of a secure aggregation message: a frame without its envelope. */
const maxLength = maxFrameLength - 1_024;

const message = bytesUpTo(maxLength);

/**
 * Device to coordinator, once in each phase: its keys, its shares, its agreement, or what it reveals; binary,
 * as `secagg` writes it.
 */
export const maskingContribution = z.strictObject({ round: roundId, assignment: assignmentId, message });
export type MaskingContribution = z.infer<typeof maskingContribution>;

/**
 * Coordinator to device at the beginning of a phase: the roster, the bundle of shares, the survivors
 * statement, or the agreements to it.
 */
export const maskingInput = z.strictObject({ round: roundId, assignment: assignmentId, message });
export type MaskingInput = z.infer<typeof maskingInput>;
