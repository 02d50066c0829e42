import * as z from 'zod/mini';
import { maxFrameLength } from './frame.ts';
import { assignmentId, roundId } from './scalars.ts';

/** Longest message of secure aggregation: a frame, less what its envelope takes. */
const maxLength = maxFrameLength - 1_024;

const message = z.custom<Uint8Array>(
  value => value instanceof Uint8Array && value.length <= maxLength,
  `expected at most ${maxLength} bytes`,
);

/** Device to coordinator, once in each phase: its keys, its shares, or what it reveals; binary, as `secagg` writes it. */
export const maskingContribution = z.strictObject({ round: roundId, assignment: assignmentId, message });
export type MaskingContribution = z.infer<typeof maskingContribution>;

/** Coordinator to device at the beginning of a phase: the roster, the bundle of shares, or the survivors statement. */
export const maskingInput = z.strictObject({ round: roundId, assignment: assignmentId, message });
export type MaskingInput = z.infer<typeof maskingInput>;
