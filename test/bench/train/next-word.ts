import { samplerFor } from '@murmuration/engine/objective/negative-sampler';
import type { Batch } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { seededUniform } from '@murmuration/engine/training/seeded';
import { fusedTraining, genericStep, type Trained, type Training } from './steps.ts';

export const BATCH = 16;
export const LENGTH = 10;

export interface Shape {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly units: number;
  /** Width of a dense layer before the output layer; 0 for none. */
  readonly hidden: number;
  /** Whether every position has a loss, or only the last one. */
  readonly everyPosition: boolean;
}

/** A model with one batch of random words. */
export class NextWord implements Trained {
  readonly #model: tf.Sequential;
  readonly #batch: Batch;

  constructor({ vocabulary, embedding, units, hidden, everyPosition }: Shape) {
    const recurrentInitializer = 'glorotUniform'; // tfjs' default, orthogonal, takes seconds and changes no time measured here
    this.#model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: vocabulary, outputDim: embedding, inputLength: LENGTH }),
        tf.layers.gru({ units, returnSequences: everyPosition, recurrentInitializer }),
        ...(hidden > 0 ? [tf.layers.dense({ units: hidden })] : []),
        tf.layers.dense({ units: vocabulary }),
      ],
    });
    const labels = everyPosition ? [BATCH, LENGTH] : [BATCH];
    this.#batch = {
      inputs: tf.randomUniform([BATCH, LENGTH], 0, vocabulary, 'int32', 1),
      labels: tf.randomUniform(labels, 0, vocabulary, 'int32', 2),
      weights: tf.ones(labels),
    };
  }

  get parameters(): number {
    return this.#model.countParams();
  }

  fused(threads = 1): Promise<Training> {
    return fusedTraining(this.#model, this.#batch, { batch: BATCH, steps: LENGTH }, null, threads);
  }

  /** SGD with sampled softmax. */
  sampled(negatives: number): Promise<Training> {
    const sampler = samplerFor({ negatives }, this.#model.outputs[0]!.shape.at(-1)!, seededUniform(1));
    return fusedTraining(this.#model, this.#batch, { batch: BATCH, steps: LENGTH }, sampler);
  }

  generic(): () => number {
    return genericStep(this.#model, this.#batch);
  }

  dispose(): void {
    this.#model.dispose();
    tf.dispose(Object.values(this.#batch));
  }
}

/** Floating-point operations in the matrix products of one step: two for each weight and row, forward and twice backward. */
export function flopsOf({ vocabulary, embedding, units, hidden, everyPosition }: Shape): number {
  const positions = BATCH * LENGTH;
  const rows = everyPosition ? positions : BATCH;
  const recurrent = (embedding + units) * 3 * units;
  const output = hidden > 0 ? units * hidden + hidden * vocabulary : units * vocabulary;
  return 3 * 2 * (positions * recurrent + rows * output);
}
