import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Extent } from '../fused/extent.ts';
import { type NegativeSampler, samplerFor } from '../objective/negative-sampler.ts';
import { meanGradient, type WeightSize } from './mean-gradient.ts';
import { seededUniform, shuffle } from './seeded.ts';
import { StepAverage } from './step-average.ts';
import type { Steps } from './steps.ts';
import type { LocalSettings, TrainingPath, TrainingResult } from './trainer.ts';
import type { Turns } from './turns.ts';

/** Sets the seed of negatives apart from that of shuffles. */
const NEGATIVES = 0x6e656761;

/** A device's examples as rows, whatever batches are made of. */
export interface Rows<Batch> {
  readonly size: number;
  readonly steps?: number;
  batch(rows: Uint32Array): Batch;
}

/** The rows of the examples that a training uses, and their number. */
export interface Drawn<Batch> {
  readonly rows: Rows<Batch>;
  readonly examples: number;
}

/** The rows of at most `maxExamples` examples, drawn at random. Throws `training.no-examples` where they hold nothing to learn. */
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
  /** Those of the model, in the order of its layout. */
  readonly weights: Float32Array;
  readonly settings: LocalSettings;
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
  readonly begin: (settings: LocalSettings, largest: Extent) => Steps<Batch>;
  readonly turns: Turns;
  /** Asked where there is a correction. */
  readonly sizes: () => readonly WeightSize[];
  readonly path: TrainingPath;
}

/**
 * Gradient descent on rows, from the weights of the model on. Throws `training.unsupported` for a correction of other steps than those of SGD, or
 * of a result that is a mean of steps.
 */
export async function trainLocally<Batch>(
  { rows, examples }: Drawn<Batch>,
  { weights, settings, signal, progress, begin, turns, sizes, path }: LocalTraining<Batch>,
): Promise<TrainingResult> {
  if (settings.correction && settings.optimizer)
    throw new MurmurationError(
      'training.unsupported',
      'The plan corrects the steps of gradient descent, and asks for another optimiser besides.',
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
    for (let from = 0; from < delta.length; from += pieceLength)
      subtract(delta, weights, from, Math.min(from + pieceLength, delta.length));
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

/** Values that one call of a loop goes over: engines make a function fast that is called often, and not one that is called once for a million values. */
const pieceLength = 4_096;

/** Takes `weights` from `delta`, in place, from one value up to another. */
function subtract(delta: Float32Array, weights: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) delta[i] = delta[i]! - weights[i]!;
}

/** What a plan with sampled softmax draws from; not the numbers that shuffle. */
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
  readonly turns: Turns;
  readonly signal: AbortSignal;
}

/** One step, between whose parts others of the thread may have their turn. */
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

/** Returns the mean loss of the steps of the last epoch. */
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

/** The mean loss over all rows, as training has it, by steps that lead nowhere. */
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
