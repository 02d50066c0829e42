import { nextTask } from '@murmuration/protocol/concurrency/next-task';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Extent } from '../fused/extent.ts';
import { choosePath, type Path } from '../fused/path.ts';
import { holdStatistics } from '../models/frozen-layers.ts';
import { loadModel } from '../models/model.ts';
import { softmaxLoss } from '../objective/losses.ts';
import type { Objective } from '../objective/objective.ts';
import * as tf from '../tfjs/tf.ts';
import { fusedSteps } from './fused-steps.ts';
import { genericSteps } from './generic-steps.ts';
import { drawRows, requireRunning, samplerOf, trainLocally } from './local-training.ts';
import type { WeightSize } from './mean-gradient.ts';
import type { LocalSettings, ModelTrainer, TrainingPath } from './trainer.ts';
import { TrainingTurns } from './turns.ts';

export interface TrainerOptions {
  /**
   * `auto`, the default, uses the fused kernels if they know the model and its loss; `generic` always uses
   * tfjs' own operations.
   */
  readonly engine?: 'auto' | 'generic';
  /** Bytes of memory that the fused kernels may take for training; by default as many as the system gives. */
  readonly memoryLimit?: number | undefined;
  /**
   * True by default: the fused kernels give the same bytes on every machine. False lets them use relaxed
   * SIMD, where available.
   */
  readonly reproducible?: boolean;
  /**
   * Number of threads that share the work of a step on the fused kernels, the trainer's own included; 1 by
   * default. Falls back to one if no more are available, as in pages that are not cross-origin isolated; the
   * training's `path.reason` then says so. The delta is the same bytes.
   */
  readonly threads?: number;
  /**
   * Starts the backend for models that the fused kernels don't know, before the first of them trains; by
   * default the current one.
   */
  readonly startBackend?: () => Promise<{ readonly backend: string; readonly reason: string }>;
}

/** Milliseconds, about half a frame, that steps run before other tasks of the thread have their turn. */
const TURN_MS = 8;

interface Loaded {
  /** Topology as text. */
  readonly key: string;
  readonly model: tf.LayersModel;
  readonly path: Path;
  readonly backend: { readonly backend: string; readonly reason: string } | undefined;
}

/**
 * Creates a trainer by stochastic gradient descent in the thread of its caller, which gives way every few
 * milliseconds. It uses the engine's fused kernels if they know the model and its loss, otherwise the current
 * tfjs backend. It keeps one model, for one caller at a time while the others wait, so that many clients of
 * one thread need the memory of one.
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
    holdStatistics(model);
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
      ? fusedSteps(path.training, weights, settings, largest, samplerOf(classesOf(model), settings))
      : genericSteps(model, objective, weights, settings, samplerOf(classesOf(model), settings));

  return {
    train(files, settings, examples, signal, progress) {
      return queue.run(async () => {
        requireRunning(signal);
        requireSoftmax(objective, settings);
        const drawn = drawRows(objective, examples as readonly Example[], settings);
        const model = await load(files);
        const startedAt = tf.util.now();
        const result = await trainLocally(drawn, {
          weights: files.weights,
          settings,
          signal,
          progress,
          begin: (still, largest) => begin(model, files.weights, still, largest),
          turns: new TrainingTurns(tf.util.now, nextTask, TURN_MS),
          sizes: () => sizesOf(model.model),
          path: pathOf(model),
        });
        return {
          ...result,
          path: timed(pathOf(model), drawn.rows.size, settings, tf.util.now() - startedAt),
        };
      });
    },
    async close() {
      await queue.run(unload);
    },
  };
}

/** Frees memory and threads. */
async function free({ model, path }: Pick<Loaded, 'model' | 'path'>): Promise<void> {
  model.dispose();
  if (path.engine === 'fused') await path.training.close();
}

/**
 * Throws `training.unsupported` for sampled softmax with a loss other than `softmaxLoss`, the only one it can
 * replace.
 */
function requireSoftmax<Example>({ loss }: Objective<Example>, { sampledSoftmax }: TrainingSettings): void {
  if (sampledSoftmax && loss !== softmaxLoss)
    throw new MurmurationError(
      'training.unsupported',
      "The plan asks for sampled softmax, which takes the place of the engine's softmaxLoss, but this objective has a loss of its own: " +
        'leave sampledSoftmax out of the task, or give the objective softmaxLoss.',
    );
}

const classesOf = ({ outputs }: tf.LayersModel): number => outputs[0]!.shape.at(-1)!;

/**
 * Number of values of each weight, in the order of the layout; `isTrainable` is true if a gradient moves
 * them.
 */
function sizesOf(model: tf.LayersModel): WeightSize[] {
  const trainable = new Set<unknown>(model.trainableWeights);
  return model.weights.map(weight => ({
    size: tf.util.sizeFromShape(weight.shape as number[]),
    isTrainable: trainable.has(weight),
  }));
}

/**
 * Adds to a path, whose backend was chosen by a probe, the mean duration of this training's steps; `ms` is
 * the time of the whole training.
 */
function timed(path: TrainingPath, rows: number, settings: TrainingSettings, ms: number): TrainingPath {
  if (!path.backend) return path;
  const { epochs, batchSize } = settings;
  const step = ms / (epochs * Math.ceil(rows / batchSize));
  const batch = Math.min(rows, batchSize);
  return {
    ...path,
    reason: `${path.reason}; ${step.toFixed(1)} ms a step of this training, of ${batch} rows`,
  };
}

function pathOf({ path: { engine, reason }, backend }: Loaded): TrainingPath {
  if (!backend) return { engine, reason };
  return { engine, reason: `${reason}; ${backend.reason}`, backend: backend.backend };
}
