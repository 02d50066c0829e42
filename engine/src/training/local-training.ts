import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Extent } from '../fused/extent.ts';
import { type NegativeSampler, samplerFor } from '../objective/negative-sampler.ts';
import { meanGradient, type WeightSize } from './mean-gradient.ts';
import { seededUniform, shuffle } from './seeded.ts';
import { StepAverage } from './step-average.ts';
import type { Steps } from './steps.ts';
import type { LocalSettings, TrainingPath, TrainingResult } from './trainer.ts';
import type { TrainingTurns } from './turns.ts';

/** Keeps the seed of negatives apart from that of shuffles. */
const NEGATIVES = 0x6e656761;

/** Device's examples as rows, from which batches are made. */
interface Rows<Batch> {
  readonly size: number;
  readonly steps?: number;
  batch(rows: Uint32Array): Batch;
}

/** Rows of the examples that a training uses, and the number of these examples. */
export interface Drawn<Batch> {
  readonly rows: Rows<Batch>;
  readonly examples: number;
}

/**
 * Encodes at most `maxExamples` examples, drawn at random. Throws `training.no-examples` if they hold nothing
 * to learn.
 */
export function drawRows<Example, Batch>(
  { encode }: { encode(examples: readonly Example[]): Rows<Batch> },
  examples: readonly Example[],
  settings: TrainingSettings,
): Drawn<Batch> {
  const used = draw(examples, settings);
  const rows = used.length > 0 ? encode(used) : undefined;
  if (!rows || rows.size === 0) throw new MurmurationError('training.no-examples');
  return { rows, examples: used.length };
}

export interface LocalTraining<Batch> {
  /** Weights of the model, in the order of its layout. */
  readonly weights: Float32Array;
  readonly settings: LocalSettings;
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
  readonly begin: (settings: LocalSettings, largest: Extent) => Steps<Batch>;
  readonly turns: TrainingTurns;
  /** Sizes of the weights; called only with a correction. */
  readonly sizes: () => readonly WeightSize[];
  readonly path: TrainingPath;
}

/**
 * Trains on rows by gradient descent, from the weights of the model. Throws `training.unsupported` for a
 * correction with another optimiser than SGD, or with an averaged result.
 */
export async function trainLocally<Batch>(
  { rows, examples }: Drawn<Batch>,
  { weights, settings, signal, progress, begin, turns, sizes, path }: LocalTraining<Batch>,
): Promise<TrainingResult> {
  if (settings.correction && settings.optimizer)
    throw new MurmurationError(
      'training.unsupported',
      'The plan corrects the steps of gradient descent, and asks for another optimiser as well.',
    );
  if (settings.correction && settings.average !== undefined)
    throw new MurmurationError(
      'training.unsupported',
      'The plan corrects the steps of gradient descent by where they led, and the result is to be a mean of steps.',
    );
  const largest = { batch: Math.min(settings.batchSize, rows.size), steps: rows.steps ?? 1 };
  const pace = { turns, signal };
  const initialLoss =
    settings.fairness && (await lossBefore(settings, rows, pace, still => begin(still, largest)));
  const steps = begin(settings, largest);
  try {
    const { correction, average } = settings;
    const taken = settings.epochs * Math.ceil(rows.size / settings.batchSize);
    const mean = average === undefined ? undefined : new StepAverage(average, taken, weights.length);
    const loss = await descend(steps, rows, settings, pace, progress, mean);
    const delta = mean?.weights ?? steps.read(new Float32Array(weights.length));
    for (let from = 0; from < delta.length; from += valuesPerCall)
      subtract(delta, weights, from, Math.min(from + valuesPerCall, delta.length));
    return {
      delta,
      ...(correction && {
        gradient: meanGradient(sizes(), delta, correction, taken * settings.learningRate),
      }),
      examples,
      metrics: { loss, ...(initialLoss !== undefined && { initialLoss }) },
      path,
    };
  } finally {
    steps.dispose();
  }
}

/**
 * Values per call of a loop: engines optimise a function that is called often, but not one that is called
 * once for a million values.
 */
const valuesPerCall = 4_096;

/** Subtracts `weights` from `delta`, in place, from one index up to another. */
function subtract(delta: Float32Array, weights: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) delta[i] = delta[i]! - weights[i]!;
}

/** Sampler of a plan with sampled softmax; its numbers are not those of shuffles. */
export function samplerOf(
  classes: number,
  { sampledSoftmax, seed }: TrainingSettings,
): NegativeSampler | null {
  return samplerFor(sampledSoftmax, classes, seededUniform(seed ^ NEGATIVES));
}

export function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new MurmurationError('training.stopped');
}

function draw<Example>(
  examples: readonly Example[],
  { maxExamples, seed }: TrainingSettings,
): readonly Example[] {
  if (examples.length <= maxExamples) return examples;
  const order = shuffle(Uint32Array.from(examples.keys()), seededUniform(seed));
  return Array.from(order.subarray(0, maxExamples).sort(), index => examples[index]!);
}

interface Pace {
  readonly turns: TrainingTurns;
  readonly signal: AbortSignal;
}

/** Runs one step; between its parts other tasks of the thread have their turn. */
async function take<Batch>(
  steps: Steps<Batch>,
  batch: () => Batch,
  { turns, signal }: Pace,
): Promise<number> {
  for (const parts = steps.take(batch); ; ) {
    const { done, value } = parts.next();
    await turns.between();
    requireRunning(signal);
    if (done) return value;
  }
}

/** Runs all steps; returns the mean loss of those of the last epoch. */
async function descend<Batch>(
  steps: Steps<Batch>,
  rows: Rows<Batch>,
  { epochs, batchSize, seed }: TrainingSettings,
  pace: Pace,
  progress: (done: number) => void,
  mean: StepAverage | undefined,
): Promise<number> {
  const { size } = rows;
  const order = Uint32Array.from({ length: size }, (_, row) => row);
  const uniform = seededUniform(seed);
  const stepsPerEpoch = Math.ceil(size / batchSize);
  let loss = Number.NaN;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, uniform);
    let sum = 0;
    for (let at = 0; at < size; at += batchSize) {
      const batch = order.slice(at, at + batchSize);
      sum += await take(steps, () => rows.batch(batch), pace);
      mean?.took(steps);
      progress((epoch * stepsPerEpoch + at / batchSize + 1) / (epochs * stepsPerEpoch));
      requireRunning(pace.signal);
    }
    loss = sum / stepsPerEpoch;
  }
  return loss;
}

/** Mean loss over all rows, as in training, computed by steps with learning rate 0. */
async function lossBefore<Batch>(
  settings: LocalSettings,
  rows: Rows<Batch>,
  pace: Pace,
  begin: (still: LocalSettings) => Steps<Batch>,
): Promise<number> {
  const { batchSize } = settings;
  const steps = begin({ ...settings, learningRate: 0, proximal: 0, sampledSoftmax: null });
  try {
    let sum = 0;
    for (let at = 0; at < rows.size; at += batchSize) {
      const batch = Uint32Array.from({ length: Math.min(batchSize, rows.size - at) }, (_, i) => at + i);
      sum += batch.length * (await take(steps, () => rows.batch(batch), pace));
    }
    return sum / rows.size;
  } finally {
    steps.dispose();
  }
}
