import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import type { MaskedRound, UpdateProcessor } from '@murmuration/client-sdk/update/update-processor';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { firstWordId } from '../../task/vocabulary.ts';
import { bytesOf, side } from '../sent/picture.ts';

/** Wraps a trainer; `mask` receives each update as it would look without masks. */
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
      // Taken before the memory of the update is handed on.
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
 * Changes of the most frequent words, a row per word: the first values of their rows in the embedding, which
 * is the model's first tensor. A non-zero row shows that its word was trained on.
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
