import { nextTask } from '@murmuration/protocol/concurrency/next-task';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Extent } from '../fused/extent.ts';
import { choosePath, type Path } from '../fused/path.ts';
import { loadModel } from '../models/model.ts';
import { softmaxLoss } from '../objective/losses.ts';
import { type NegativeSampler, samplerFor } from '../objective/negative-sampler.ts';
import type { Batchable, Objective } from '../objective/objective.ts';
import * as tf from '../tfjs/tf.ts';
import { fusedSteps } from './fused-steps.ts';
import { genericSteps } from './generic-steps.ts';
import { meanGradient } from './mean-gradient.ts';
import { seededUniform, shuffle } from './seeded.ts';
import type { Steps } from './steps.ts';
import type { LocalSettings, ModelTrainer, TrainingPath } from './trainer.ts';

export interface TrainerOptions {
  /** `auto`, the default: the fused kernels where they know the model and its loss. `generic`: tfjs' own operations always. */
  readonly engine?: 'auto' | 'generic';
  /** Bytes of memory that the fused kernels may take for training; by default as many as the system gives. */
  readonly memoryLimit?: number | undefined;
  /** By default true: the fused kernels give the same bytes on every machine. False lets them use relaxed SIMD, where there is any. */
  readonly reproducible?: boolean;
  /**
   * How many threads share the work of a step on the fused kernels, the trainer's own included; 1 by default. One does it where no more
   * are to be had, as in pages that are not cross-origin isolated: the training's `path.reason` tells. The delta is the same bytes.
   */
  readonly threads?: number;
  /** Starts the backend for models that the fused kernels don't know, before the first of them trains; by default the current one. */
  readonly startBackend?: () => Promise<{ readonly backend: string; readonly reason: string }>;
}

/** Steps run in one go for so many milliseconds, about half a frame, before others of the thread have their turn. */
const TURN_MS = 8;

/** Sets the seed of negatives apart from that of shuffles. */
const NEGATIVES = 0x6e656761;

interface Loaded {
  /** The topology as text. */
  readonly key: string;
  readonly model: tf.LayersModel;
  readonly path: Path;
  readonly backend: { readonly backend: string; readonly reason: string } | undefined;
}

/**
 * Trains with stochastic gradient descent in the thread of its caller, to which it gives way every few milliseconds: on the
 * engine's fused kernels where they know the model and its loss, else on the current tfjs backend. One model is kept and trained on
 * by one caller at a time, the others wait: so many clients of one thread share the memory of one.
 */
export function tfjsTrainer<Example>(
  objective: Objective<Example>,
  { engine = 'auto', startBackend, ...fused }: TrainerOptions = {},
): ModelTrainer {
  let loaded: Loaded | undefined;
  const queue = new PromiseQueue();

  const unload = async () => {
    const last = loaded;
    loaded = undefined;
    if (last) await free(last);
  };

  const load = async (files: ModelFiles): Promise<Loaded> => {
    const key = JSON.stringify(files.topology);
    if (loaded?.key === key) return loaded;
    await unload();
    const model = await loadModel(files);
    const path: Path =
      engine === 'generic'
        ? { engine, reason: 'the trainer was told to' }
        : await choosePath(model, objective, fused);
    try {
      const backend = path.engine === 'generic' ? await startBackend?.() : undefined;
      loaded = { key, model, path, backend };
    } catch (error) {
      await free({ model, path });
      throw error;
    }
    return loaded;
  };

  const begin = ({ model, path }: Loaded, weights: Float32Array, settings: LocalSettings, largest: Extent) =>
    path.engine === 'fused'
      ? fusedSteps(path.training, weights, settings, largest, samplerOf(model, settings))
      : genericSteps(model, objective, weights, settings, samplerOf(model, settings));

  return {
    train(files, settings, examples, signal, progress) {
      return queue.run(async () => {
        requireRunning(signal);
        requireSoftmax(objective, settings);
        const used = draw(examples as readonly Example[], settings);
        const rows = used.length > 0 ? objective.encode(used) : undefined;
        if (!rows || rows.size === 0) throw new MurmurationError('training.no-examples');
        const model = await load(files);
        const largest = { batch: Math.min(settings.batchSize, rows.size), steps: rows.steps ?? 1 };
        const initialLoss =
          settings.fairness &&
          (await lossBefore(settings, rows, signal, still => begin(model, files.weights, still, largest)));
        const steps = begin(model, files.weights, settings, largest);
        try {
          const take = (batch: Uint32Array) => steps.take(() => rows.batch(batch));
          const loss = await descend(rows.size, take, settings, signal, progress);
          const delta = steps.read(new Float32Array(files.weights.length));
          for (let i = 0; i < delta.length; i++) delta[i] = delta[i]! - files.weights[i]!;
          const path = pathOf(model);
          const { correction } = settings;
          const taken = settings.epochs * Math.ceil(rows.size / settings.batchSize);
          return {
            delta,
            ...(correction && {
              gradient: meanGradient(model.model, delta, correction, taken * settings.learningRate),
            }),
            examples: used.length,
            metrics: { loss, ...(initialLoss !== undefined && { initialLoss }) },
            path,
          };
        } finally {
          steps.dispose();
        }
      });
    },
    async close() {
      await queue.run(unload);
    },
  };
}

/** Memory and threads. */
async function free({ model, path }: Pick<Loaded, 'model' | 'path'>): Promise<void> {
  model.dispose();
  if (path.engine === 'fused') await path.training.close();
}

/** Sampled softmax stands in for one loss alone. */
function requireSoftmax<Example>({ loss }: Objective<Example>, { sampledSoftmax }: TrainingSettings): void {
  if (sampledSoftmax && loss !== softmaxLoss)
    throw new MurmurationError(
      'training.unsupported',
      "The plan asks for sampled softmax, which takes the place of the engine's softmaxLoss, but this objective has a loss of its own: " +
        'leave sampledSoftmax out of the task, or give the objective softmaxLoss.',
    );
}

/** What a plan with sampled softmax draws from; not the numbers that shuffle. */
function samplerOf(
  { outputs }: tf.LayersModel,
  { sampledSoftmax, seed }: TrainingSettings,
): NegativeSampler | null {
  return samplerFor(sampledSoftmax, outputs[0]!.shape.at(-1)!, seededUniform(seed ^ NEGATIVES));
}

function pathOf({ path: { engine, reason }, backend }: Loaded): TrainingPath {
  if (!backend) return { engine, reason };
  return { engine, reason: `${reason}; ${backend.reason}`, backend: backend.backend };
}

/** At most `maxExamples`, drawn at random. */
function draw<Example>(
  examples: readonly Example[],
  { maxExamples, seed }: TrainingSettings,
): readonly Example[] {
  if (examples.length <= maxExamples) return examples;
  const order = shuffle(Uint32Array.from(examples.keys()), seededUniform(seed));
  return Array.from(order.subarray(0, maxExamples).sort(), index => examples[index]!);
}

/** Returns the mean loss of the steps of the last epoch. */
async function descend(
  size: number,
  take: (rows: Uint32Array) => number,
  { epochs, batchSize, seed }: TrainingSettings,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<number> {
  const order = Uint32Array.from({ length: size }, (_, row) => row);
  const uniform = seededUniform(seed);
  const stepsPerEpoch = Math.ceil(size / batchSize);
  let loss = Number.NaN;
  let turn = tf.util.now();
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, uniform);
    let sum = 0;
    for (let at = 0; at < size; at += batchSize) {
      sum += take(order.slice(at, at + batchSize));
      progress((epoch * stepsPerEpoch + at / batchSize + 1) / (epochs * stepsPerEpoch));
      if (tf.util.now() - turn >= TURN_MS) {
        await nextTask();
        turn = tf.util.now();
      }
      requireRunning(signal);
    }
    loss = sum / stepsPerEpoch;
  }
  return loss;
}

/** The mean loss over all rows, as training has it, by steps that lead nowhere. */
async function lossBefore(
  settings: TrainingSettings,
  rows: Batchable,
  signal: AbortSignal,
  begin: (still: TrainingSettings) => Steps,
): Promise<number> {
  const { batchSize } = settings;
  const steps = begin({ ...settings, learningRate: 0, proximal: 0, sampledSoftmax: null });
  try {
    let sum = 0;
    let turn = tf.util.now();
    for (let at = 0; at < rows.size; at += batchSize) {
      const batch = Uint32Array.from({ length: Math.min(batchSize, rows.size - at) }, (_, i) => at + i);
      sum += batch.length * steps.take(() => rows.batch(batch));
      if (tf.util.now() - turn >= TURN_MS) {
        await nextTask();
        turn = tf.util.now();
      }
      requireRunning(signal);
    }
    return sum / rows.size;
  } finally {
    steps.dispose();
  }
}

function requireRunning(signal: AbortSignal): void {
  if (signal.aborted) throw new MurmurationError('training.stopped');
}
