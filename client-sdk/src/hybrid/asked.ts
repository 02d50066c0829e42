import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** The model's input for what an app asks. Throws `hybrid.input` for what the task does not take. */
export function inputOf(serving: Serving<unknown>, asked: unknown): readonly number[] {
  try {
    const input = serving.input(asked);
    if (input.length === 0) throw new RangeError('The input is empty.');
    return input;
  } catch (cause) {
    throw new MurmurationError('hybrid.input', cause instanceof Error ? cause.message : undefined, { cause });
  }
}
