import type { Serving } from '@murmuration/engine/inference/serving';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Returns the model's input for what an app asks. Throws `hybrid.input` for invalid input. */
export function inputOf(serving: Pick<Serving<unknown>, 'input'>, asked: unknown): readonly number[] {
  try {
    const input = serving.input(asked);
    if (!(input.length > 0)) throw new RangeError('The input is empty.');
    for (let at = 0; at < input.length; at++)
      if (!Number.isFinite(input[at]))
        throw new RangeError(
          `The input has ${JSON.stringify(input[at]) ?? 'nothing'} at ${at}, which is no finite number.`,
        );
    return input;
  } catch (cause) {
    throw refused(cause);
  }
}

/** Returns an error of an app's input as `hybrid.input`; errors that have a code stay. */
export function refused(cause: unknown): MurmurationError {
  if (cause instanceof MurmurationError) return cause;
  return new MurmurationError('hybrid.input', cause instanceof Error ? cause.message : undefined, { cause });
}
