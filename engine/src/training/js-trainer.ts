import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { Extent } from '../fused/extent.ts';
import { javascriptWorkspace } from '../fused/javascript.ts';
import { storedTopologyOf } from '../fused/stored-topology.ts';
import { type FusedBatch, FusedTraining } from '../fused/training.ts';
import { drawRows, requireRunning, samplerOf, trainLocally } from './local-training.ts';
import { optimizerOf } from './optimizer.ts';
import type { PlainObjective } from './plain-objective.ts';
import type { Steps } from './steps.ts';
import type { LocalSettings, ModelTrainer } from './trainer.ts';
import { TrainingTurns } from './turns.ts';

export interface JsTrainerOptions {
  /** Bytes of memory that training may take; by default as many as the system gives. */
  readonly memoryLimit?: number;
  /**
   * Milliseconds of work after which other tasks of the thread have their turn, 50 by default. Estimated from
   * the parts so far; a single longer part is not split.
   */
  readonly sliceMs?: number;
  /**
   * Clock that measures work, and whose `at` calls back once other tasks have had their turn. The system's by
   * default.
   */
  readonly clock?: Pick<Clock, 'now' | 'at'>;
}

interface Loaded {
  /** Topology and shapes of the weights as text. */
  readonly key: string;
  readonly training: FusedTraining;
  readonly classes: number;
}

/**
 * Creates a trainer in JavaScript, for engines without WebAssembly, such as Hermes of React Native. It trains
 * models over tokens and models of dense layers, by the engine's kernels, which give the same bytes as on
 * WebAssembly. It works in slices in the thread of its caller. Throws `model.unusable` for other models.
 * Another device's update is the same within rounding errors.
 */
export function jsTrainer<Example>(
  objective: PlainObjective<Example>,
  { memoryLimit, sliceMs = 50, clock = systemClock }: JsTrainerOptions = {},
): ModelTrainer {
  let loaded: Loaded | undefined;
  const queue = new PromiseQueue();
  const giveWay = () => new Promise<void>(resolve => void clock.at(clock.now(), resolve));

  const load = ({ topology, layout }: ModelFiles): Loaded => {
    const key = JSON.stringify([topology, layout.tensors]);
    if (loaded?.key === key) return loaded;
    const read = storedTopologyOf(topology, layout.tensors);
    if ('reason' in read)
      throw new MurmurationError('model.unusable', `The model does not train in JavaScript: ${read.reason}.`);
    const training = new FusedTraining(read, javascriptWorkspace(), memoryLimit);
    loaded = { key, training, classes: read.dense.at(-1)!.units };
    return loaded;
  };

  return {
    train(files, settings, examples, signal, progress) {
      return queue.run(async () => {
        requireRunning(signal);
        const drawn = drawRows(objective, examples as readonly Example[], settings);
        const { training, classes } = load(files);
        return trainLocally(drawn, {
          weights: files.weights,
          settings,
          signal,
          progress,
          begin: (still, largest) => stepsOf(training, classes, files.weights, still, largest),
          turns: new TrainingTurns(() => clock.now(), giveWay, sliceMs),
          sizes: () => [
            { size: training.trainable, isTrainable: true },
            { size: files.weights.length - training.trainable, isTrainable: false },
          ],
          path: { engine: 'fused', reason: 'the fused kernels in JavaScript know all layers' },
        });
      });
    },
    async close() {
      await queue.run(async () => {
        loaded = undefined;
      });
    },
  };
}

function stepsOf(
  training: FusedTraining,
  classes: number,
  weights: Float32Array,
  settings: LocalSettings,
  largest: Extent,
): Steps<FusedBatch> {
  const { learningRate, proximal, gradientClip, seed, correction } = settings;
  const descent = { learningRate, proximal, gradientClip, optimizer: optimizerOf(settings) };
  training.begin(weights, descent, largest, seed, samplerOf(classes, settings), correction);
  return {
    take: batch => training.parts(batch()),
    read: vector => training.read(vector),
    dispose() {},
  };
}
