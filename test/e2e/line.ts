import { PlatformClient } from '@murmuration/client-sdk/client/client';
import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import { memoryStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { Objective } from '@murmuration/engine/objective/objective';
import * as tf from '@murmuration/engine/tfjs/tf';
import { tfjsTrainer } from '@murmuration/engine/training/tfjs-trainer';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { simulatedFloors } from '@murmuration/simulations/devices/floors';

export const enrolmentToken = '0123456789abcdef';

/** One point of the line y = 2x + 1. */
type Point = readonly [x: number, y: number];

const objective: Objective<Point> = {
  encode: points => ({
    size: points.length,
    batch: rows => {
      const chosen = Array.from(rows, row => points[row]!);
      return {
        inputs: tf.tensor2d(chosen.map(([x]) => [x])),
        labels: tf.tensor2d(chosen.map(([, y]) => [y])),
        weights: tf.ones([chosen.length, 1]),
      };
    },
  }),
  loss: (model, { inputs, labels }) =>
    tf.losses.meanSquaredError(labels, model.predict(inputs) as tf.Tensor) as tf.Scalar,
};

export const lineTrainer = tfjsTrainer(objective);

export function lineTask(change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'line',
    model: () => tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] }),
    plan: { learningRate: 0.1, epochs: 5, batchSize: 4, maxExamples: 100 },
    update: { clip: 1, bits: 12 },
    masking: 'off',
    cohort: { goal: 3, minimum: 2 },
    deadlines: { gathering: '5 s', updates: '5 s' },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

export function openCoordinator(
  change: Partial<TaskDefinition> = {},
  cors: string[] = [],
  clock: Clock = systemClock,
): Promise<Coordinator> {
  return createCoordinator(
    parseConfig({ port: 0, enrolmentTokens: [enrolmentToken], log: 'silent', cors }),
    [lineTask(change)],
    { clock, random: systemRandom },
  );
}

/** What a device needs whose points lie on the line, in a part of it of its own. */
export function lineOptions(url: string, index: number, storage = memoryStorage()): ClientOptions {
  const points = Array.from({ length: 20 }, (_, i): Point => {
    const x = ((i + index) % 10) / 5 - 1;
    return [x, 2 * x + 1];
  });
  return {
    url,
    tasks: { line: { examples: () => points, trainer: lineTrainer } },
    storage,
    enrolment: enrolmentToken,
    consent: 'not-needed',
    floors: simulatedFloors,
  };
}

/** A device by a clock of its own, which pauses between rounds. */
export function lineClient(
  url: string,
  index: number,
  storage = memoryStorage(),
  clock: Clock = systemClock,
): PlatformClient {
  return new PlatformClient(lineOptions(url, index, storage), { ...nodePlatform, clock });
}

/** Waits for the first event that `wanted` is true for. */
export function eventOf<Args extends unknown[]>(
  events: Coordinator['events'],
  name: Parameters<Coordinator['events']['emit']>[0],
  wanted: (...args: Args) => boolean = () => true,
): Promise<Args> {
  return new Promise(resolve => {
    const listener = (...args: unknown[]) => {
      if (!wanted(...(args as Args))) return;
      events.off(name, listener);
      resolve(args as Args);
    };
    events.on(name, listener);
  });
}

/**
 * Has a coordinator begin its rounds once `count` devices have enrolled: a round begins as soon as all that are enrolled are there, so that one
 * whose devices enrol meanwhile may begin without the last.
 */
export function startedByAll(coordinator: Coordinator, count: number): Coordinator {
  let enrolled = 0;
  const all = eventOf(coordinator.events, 'enrolled', () => ++enrolled === count);
  const start = () => all.then(() => coordinator.start());
  return { ...coordinator, start };
}
