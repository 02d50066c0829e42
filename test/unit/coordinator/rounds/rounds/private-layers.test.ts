import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { Registry } from '@murmuration/rounds/registry/registry';
import type { RoundTerms } from '@murmuration/rounds/round/round';
import { ensureFirstVersion, storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { median } from '@murmuration/rounds/strategy/median';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOf } from '../../../codes.ts';
import { memoryBudgets } from '../privacy/memory-budgets.ts';
import { termsOf } from './terms.ts';

const layout = layoutOf([
  { name: 'own/kernel', shape: [2] },
  { name: 'body/kernel', shape: [3] },
  { name: 'own/bias', shape: [1] },
]);
const shared = layoutOf([layout.tensors[1]!]);
const weights = Float32Array.of(1, 2, 3, 4, 5, 6);
const deltas = [
  [0.1, 0.2, 0.3],
  [0.3, 0.2, 0.1],
  [0.2, 0.2, 0.5],
];

function taskOf(change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'values',
    model: () => {
      throw new Error('The first version is stored by the test.');
    },
    plan: { learningRate: 0.1, privateLayers: ['own'] },
    update: { kind: 'float32', clip: 100, weighting: 'uniform' },
    masking: 'off',
    cohort: { goal: 3, minimum: 2 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

const updateOf = (delta: readonly number[], of = shared) =>
  encodeUpdate(of.hash, of.count, { kind: 'float32', delta: Float32Array.from(delta), weight: 1 });

/** The task with its first version, in memory, and a way to play its rounds. */
async function open(task: ReturnType<typeof taskOf>, whole = layout, first = weights) {
  const clock = new VirtualClock();
  const history = memoryHistory();
  const registry = new Registry(memoryBlobs(), history);
  const model = { topology: { class_name: 'Sequential' }, layout: whole, weights: first };
  await storeFirstVersion(task, model, registry, history, clock);
  const privacy = memoryBudgets({ random: seededRandom(1), clock });
  const signal = new AbortController().signal;
  return {
    clock,
    history,
    registry,
    async play(by = task, updates = deltas) {
      const { head, files } = await registry.current(by.name);
      const terms = termsFor(by, head.version.model);
      const aggregate = aggregateFor(by.strategy.consumes, terms.plan, files.layout, terms.id);
      for (const delta of updates) aggregate.add(updateOf(delta), 0);
      const next = await versionMaker(() => by, registry, clock, privacy)(terms, aggregate, [], signal);
      await history.commit({ head: next });
      return (await registry.files(next.version.model)).weights;
    },
  };
}

function termsFor(task: ReturnType<typeof taskOf>, model: ModelHash): RoundTerms {
  const { training, update, masking, privateLayers } = task;
  return termsOf({ task: task.name, model, training, update, masking, privateLayers: [...privateLayers] });
}

describe('a task with private layers', () => {
  it.each([fedAvg(), fedAvgM(), fedAdam(), median(), trimmedMean()])(
    'UP11: moves the shared layers as $name moves a model of these alone, and the private ones never',
    async strategy => {
      const task = taskOf({ strategy } as Partial<TaskDefinition>);
      const world = await open(task);
      const alone = taskOf({ strategy, plan: { learningRate: 0.1 } } as Partial<TaskDefinition>);
      const small = await open(alone, shared, weights.slice(2, 5));
      for (let round = 0; round < 3; round++) {
        const [next, reference] = [await world.play(), await small.play()];
        expect([...next.slice(2, 5)]).toEqual([...reference]);
        expect([next[0], next[1], next[5]]).toEqual([1, 2, 6]);
        expect(next[2]).not.toBe(weights[2]);
      }
    },
  );

  it('WC6: takes updates of the shared tensors, and no others', () => {
    const { plan } = termsFor(taskOf(), 'a'.repeat(64) as ModelHash);
    const sum = aggregateFor('sum', plan, layout, termsOf().id);
    expect(sum.form).toMatchObject({ layoutHash: shared.hash, count: shared.count });
    expect(codeOf(() => sum.add(updateOf([1, 2, 3, 4, 5, 6], layout), 0))).toBe('update.wrong-layout');
    const ring = { ...plan, update: { ...plan.update, kind: 'ring' as const } };
    expect(aggregateFor('sum', ring, layout, termsOf().id).form).toMatchObject({
      layoutHash: shared.hash,
      count: shared.count + 1,
    });
  });

  it('begins its strategy anew where the private layers have changed', async () => {
    const strategy = fedAdam();
    const world = await open(taskOf({ strategy, plan: { learningRate: 0.1 } } as Partial<TaskDefinition>));
    expect((await world.history.head(taskOf().name))!.state.first).toHaveLength(layout.count);
    const changed = taskOf({ strategy } as Partial<TaskDefinition>);
    const next = await world.play(changed);
    expect(next.every(Number.isFinite)).toBe(true);
    expect((await world.history.head(changed.name))!.state.first).toHaveLength(shared.count);
  });

  it('begins a strategy anew that takes the place of another one', async () => {
    const world = await open(taskOf());
    await world.play();
    const changed = taskOf({ strategy: fedAdam() } as Partial<TaskDefinition>);
    expect((await world.play(changed)).every(Number.isFinite)).toBe(true);
    expect((await world.history.head(changed.name))!.state).toMatchObject({ step: 1 });
    await world.play(changed);
    expect((await world.history.head(changed.name))!.state).toMatchObject({ step: 2 });
  });

  it('is refused where its model has no such layer, new or known', async () => {
    const wrong = taskOf({ plan: { learningRate: 0.1, privateLayers: ['logits'] } });
    const refused = { code: 'plan.private-layers' };
    await expect(open(wrong)).rejects.toMatchObject(refused);
    const { registry, history, clock } = await open(taskOf());
    await expect(ensureFirstVersion(wrong, registry, history, clock)).rejects.toMatchObject(refused);
    await ensureFirstVersion(taskOf(), registry, history, clock);
  });
});
