import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PersonalModel } from './personal.ts';
import { decodeFiles, encodeFiles } from './saved-hybrid.ts';

/** Training settings as in a plan, and the share of steps whose weights are averaged; each has a default. */
export type FineTuning = Partial<Omit<LocalSettings, 'correction'>>;

const defaults: LocalSettings = {
  epochs: 2,
  batchSize: 8,
  learningRate: 0.5,
  proximal: 0.01,
  gradientClip: 1,
  maxExamples: 5_000,
  seed: 0,
  average: 1,
};

/**
 * Returns a copy of the global model, trained on this device's examples (FedAvg and fine-tuning: Wang et al.
 * 2019); `proximal` pulls it back to the global weights. It restarts at each new version, and the copy of the
 * previous version serves until it is done. Defaults: 2 epochs, batches of 8 examples, learning rate 0.5,
 * proximal 0.01, gradient norms up to 1, and the mean of the weights after all steps, which on few examples
 * does better than the last weights (`average: undefined`).
 */
export function fineTuned(settings: FineTuning = {}): PersonalModel {
  return {
    name: 'fine-tuned',
    needsGlobal: false,
    async learn({ examples, global, previous, signal, progress }, { trainer }) {
      if (!global) return previous;
      try {
        const { delta } = await trainer.train(
          global,
          { ...defaults, ...settings },
          examples,
          signal,
          progress,
        );
        return encode(global, delta);
      } catch (error) {
        if (error instanceof MurmurationError && error.code === 'training.no-examples') return previous;
        throw error;
      }
    },
    async open(bytes, _, { inference }) {
      return inference.open(decode(bytes));
    },
  };
}

/** Encodes the tuned weights as files of a version. */
function encode({ topology, layout, weights }: ModelFiles, delta: Float32Array): Uint8Array {
  if (delta.length !== weights.length)
    throw new MurmurationError(
      'training.failed',
      `The trainer gave ${delta.length} values; the model has ${weights.length}.`,
    );
  const tuned = weights.map((weight, i) => weight + delta[i]!);
  if (!tuned.every(Number.isFinite))
    throw new MurmurationError('training.failed', 'Fine-tuning diverged: a lower learning rate helps.');
  return encodeFiles({ topology, layout, weights: tuned });
}

function decode(bytes: Uint8Array): ModelFiles {
  try {
    return decodeFiles(bytes);
  } catch (cause) {
    throw new MurmurationError('hybrid.damaged', undefined, { cause });
  }
}
