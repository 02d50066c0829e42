import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { MaskedRound, UpdateProcessor } from '@murmuration/client-sdk/update/update-processor';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { firstWordId } from '../../task/vocabulary.ts';
import { bytesOf, side } from '../sent/picture.ts';

/** The same trainer; `mask` hears how each update would look if it were sent without masks. */
export function observedTrainer(trainer: Trainer, mask: (plain: Uint8Array) => void): Trainer {
  const { updateProcessor } = trainer;
  return {
    train: (...args) => trainer.train(...args),
    close: () => trainer.close(),
    ...(updateProcessor && { updateProcessor: observedUpdateProcessor(updateProcessor, mask) }),
  };
}

function observedUpdateProcessor(
  updateProcessor: UpdateProcessor,
  mask: (plain: Uint8Array) => void,
): UpdateProcessor {
  const observedRound = (round: MaskedRound): MaskedRound => ({
    enter: saved => round.enter(saved),
    hear: (event, message) => round.hear(event, message),
    mask: (contribution, assignment) => {
      // Before the memory of what was learned is handed on.
      if ('delta' in contribution) mask(bytesOf(wordRows(contribution.delta, contribution.layout)));
      return round.mask(contribution, assignment);
    },
    forget: () => round.forget(),
  });
  return {
    prepare: (contribution, assignment) => updateProcessor.prepare(contribution, assignment),
    draw: (...args) => updateProcessor.draw(...args),
    masked: async terms => observedRound(await updateProcessor.masked(terms)),
  };
}

/**
 * What changed for each of the most frequent words, a row a word: the first values of their rows in the embedding, which is the
 * model's first tensor. A row that is not 0 tells that its word was trained on.
 */
export function wordRows(delta: Float32Array, { tensors: [embedding] }: Layout): Float32Array {
  const [, width = 0] = embedding?.shape ?? [];
  const rows = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    const from = (firstWordId + row) * width;
    rows.set(delta.subarray(from, from + Math.min(side, width)), row * side);
  }
  return rows;
}
