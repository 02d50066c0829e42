import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import * as tf from '@murmuration/engine/tf';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { workerEvaluator } from '@murmuration/rounds/evaluation/worker-evaluator';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';
import { Registry } from '@murmuration/rounds/registry/registry';
import { defineTask } from '@murmuration/rounds/task/define-task';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';

/** Each example is right where the model's answer to 1 is near it; one answer of a whole model. */
const module = new URL(
  `data:text/javascript,${encodeURIComponent(`
    export default (model, points) => {
      const [weight] = model.getWeights()[0].dataSync();
      const right = points.map(point => (Math.abs(point - weight) < 1 ? 1 : 0));
      return {
        metrics: { right: right.reduce((a, b) => a + b) / right.length },
        examples: { right },
      };
    };
  `)}`,
);
const points = Array.from({ length: 200 }, (_, at) => 3 * (at / 200));
const task = () =>
  defineTask({
    name: 'line',
    model: () =>
      tf.sequential({
        layers: [tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: 'zeros' })],
      }),
    plan: { learningRate: 1 },
    update: { clip: 1 },
    masking: 'off',
    cohort: { goal: 2, minimum: 2 },
    schedule: { every: '1 min' },
    evaluation: workerEvaluator(module, points, {
      measures: { right: { better: 'higher', byExample: true } },
    }),
    gate: { better: 'right', latencyP99: '10 s', size: 4 },
  });

let coordinator: Coordinator | undefined;
afterEach(() => coordinator?.stop());

async function start(storage: Stores): Promise<Coordinator> {
  const config = parseConfig({ port: 0, log: 'silent', openEnrolment: true, development: true });
  coordinator = await createCoordinator(config, [task()], {
    clock: systemClock,
    random: systemRandom,
    storage,
  });
  return coordinator;
}

/** Stores a version of this weight as a round would have. */
async function commit(storage: Stores, weight: number): Promise<void> {
  const head = (await storage.history.head(task().name))!;
  const registry = new Registry(storage.blobs, storage.history);
  const { topology, layout } = await registry.files(head.version.model);
  const { hash } = await registry.store(topology, layout, Float32Array.of(weight));
  const { model: parent, number } = head.version;
  await storage.history.commit({
    head: { ...head, version: { ...head.version, model: hash, number: number + 1, parent } },
  });
}

/** What the gate decides about a version, or has decided. */
async function decided(of: Coordinator, storage: Stores, number: number): Promise<GateDecision> {
  const heard = new Promise<GateDecision>(resolve =>
    of.events.on('gate', decision => {
      if (decision.number === number) resolve(decision);
    }),
  );
  const known = (await storage.gateDecisions.of(task().name, [number])).get(number);
  return known ?? heard;
}

it('real models are measured by a worker, and in a thread; the world may see by which figures', async () => {
  const storage = await openStorage(undefined, systemClock);
  await (await start(storage)).stop();
  // Right for one example more than the first version.
  await commit(storage, 0.02);
  const first = await start(storage);
  const failed = await decided(first, storage, 1);
  expect(failed.checks.map(({ rule, passed }) => [rule, passed])).toEqual([
    ['better', false],
    ['latency-p99', true],
    ['size', true],
  ]);
  expect(failed.checks[0]).toMatchObject({ champion: 67 / 200, challenger: 68 / 200 });
  expect(failed.checks[1]!.challenger).toBeGreaterThan(0);
  expect(failed.checks[2]!.challenger).toBe(4);
  await first.stop();
  await commit(storage, 1.5);
  const second = await start(storage);
  const passed = await decided(second, storage, 2);
  expect(passed).toMatchObject({ number: 2, against: { number: 0 }, outcome: 'passed' });
  expect(passed.checks[0]).toMatchObject({ metric: 'right', champion: 67 / 200, challenger: 133 / 200 });
  const { models } = (await (await fetch(`${second.url}/v1/tasks/line/models`)).json()) as {
    models: { number: number; gate: { outcome: string; checks: object[] } | null }[];
  };
  expect(models.map(({ gate }) => gate?.outcome ?? null)).toEqual(['passed', 'failed', null]);
  expect(models[0]!.gate).not.toHaveProperty('heldBy');
});
