import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { LoadedModel } from '../runtime/runtime.ts';
import { answerOnce } from './answer-once.ts';
import type { Turns } from './turns.ts';
import { type WarmUp, zeros } from './warm-up.ts';

/** Number of requests that are not counted, since the first ones are slower, and of those that are. */
const warming = 20;
const counted = 400;

/**
 * Measures the 99th percentile of a model's latency in ms, for sequential requests without other load: the
 * recorded request with its transformer, else zeros. Throws `model.unusable` if the model does not answer,
 * and the reason of `signal` once that is aborted.
 */
export async function latencyP99(
  model: LoadedModel,
  { name, recorded, transformer }: WarmUp,
  turns: Pick<Turns, 'now'>,
  signal: AbortSignal,
): Promise<number> {
  const times: number[] = [];
  try {
    const blank = model.inputs.map(zeros);
    for (let request = 0; request < warming + counted; request++) {
      signal.throwIfAborted();
      const began = turns.now();
      if (recorded) await answerOnce(name, model, transformer, recorded);
      else await model.run(blank);
      if (request >= warming) times.push(turns.now() - began);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new MurmurationError(
      'model.unusable',
      `The model answers no request by which its latency could be measured: ${messageOf(cause)}`,
      { cause },
    );
  }
  return times.sort((a, b) => a - b)[Math.ceil(0.99 * times.length) - 1]!;
}
