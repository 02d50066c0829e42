import { frozenLayersOf } from '@murmuration/engine/models/frozen-layers';
import { describeModel, type ModelParts } from '@murmuration/engine/models/model';
import * as tf from '@murmuration/engine/tfjs/tf';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { encodeUpdate } from '@murmuration/protocol/weights/codec';
import type { Layout } from '@murmuration/protocol/weights/layout';
import { splitLayout, takePart } from '@murmuration/protocol/weights/shared-part';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import { Registry } from '@murmuration/rounds/registry/registry';
import { ensureFirstVersion, storeFirstVersion } from '@murmuration/rounds/rounds/first-version';
import { versionMaker } from '@murmuration/rounds/rounds/make-version';
import { splitOf } from '@murmuration/rounds/rounds/split-of';
import { planOf } from '@murmuration/rounds/rounds/terms-of';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { median } from '@murmuration/rounds/strategy/median';
import { defineTask, type TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { codeOf } from '../../../codes.ts';
import { memoryBudgets } from '../privacy/memory-budgets.ts';
import { termsOf } from './terms.ts';

/** A frozen dense layer and a frozen normalisation under a trained head. */
function build(isFrozen: readonly boolean[], units = 3) {
  const [body, bn, head] = isFrozen.map(each => !each);
  return tf.sequential({
    layers: [
      tf.layers.dense({ units, inputShape: [2], name: 'body', trainable: body! }),
      tf.layers.batchNormalization({ name: 'bn', trainable: bn! }),
      tf.layers.dense({ units: 2, name: 'head', trainable: head! }),
    ],
  });
}

const parts = (isFrozen: readonly boolean[] = [true, true, false]) => describeModel(build(isFrozen));
type Parts = Pick<ModelParts, 'layout' | 'weights'>;

function taskOf(change: Partial<TaskDefinition> = {}) {
  return defineTask({
    name: 'frozen',
    model: () => {
      throw new Error('The first version is stored by the test.');
    },
    plan: { learningRate: 0.1 },
    update: { kind: 'float32', clip: 100, weighting: 'uniform' },
    masking: 'off',
    cohort: { goal: 3, minimum: 2 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
    ...change,
  } as TaskDefinition);
}

const updateOf = (layout: Layout, scale: number) =>
  encodeUpdate(layout.hash, layout.count, {
    kind: 'float32',
    delta: Float32Array.from({ length: layout.count }, (_, i) => scale * (i + 1)),
    weight: 1,
  });

describe('a task with frozen layers', () => {
  it.each([fedAvg(), fedAvgM(), fedAdam(), median()])(
    'UP17: keeps them bit for bit over rounds of $name, which remembers nothing of them',
    async strategy => {
      const task = taskOf({ strategy } as Partial<TaskDefinition>);
      const clock = new VirtualClock();
      const history = memoryHistory();
      const registry = new Registry(memoryBlobs(), history);
      const made = parts();
      await storeFirstVersion(task, made, registry, history, clock);
      const privacy = memoryBudgets({ random: seededRandom(1), clock });
      const { signal } = new AbortController();
      for (let round = 0; round < 4; round++) {
        const { head, files } = await registry.current(task.name);
        const frozenLayers = frozenLayersOf(files);
        expect(frozenLayers).toEqual(['body', 'bn']);
        const plan = planOf(task, head.version, { frozenLayers });
        const terms = { ...termsOf(), plan };
        const split = splitLayout(files.layout, [], plan.frozenLayers);
        expect(split.shared.count).toBe(8);
        const sum = aggregateFor(task.strategy.consumes, plan, files.layout, terms.id);
        for (const scale of [0.1, 0.2, 0.4]) sum.add(updateOf(split.shared, scale), 0);
        const next = await versionMaker(() => task, registry, clock, privacy)(terms, sum, [], signal);
        await history.commit({ head: next });
        const { weights } = await registry.files(next.version.model);
        expect(takePart(weights, split, 'frozen')).toEqual(takePart(made.weights, split, 'frozen'));
        expect(takePart(weights, split, 'shared')).not.toEqual(takePart(files.weights, split, 'shared'));
        for (const value of Object.values(next.state))
          if (value instanceof Float32Array) expect(value).toHaveLength(8);
      }
    },
  );

  it('UP17: refuses an update with the frozen part, which leaves the sum as it was', () => {
    const { layout, topology } = parts();
    const frozenLayers = frozenLayersOf({ topology, layout });
    const { plan, id } = termsOf({ frozenLayers, update: taskOf().update });
    const { shared } = splitLayout(layout, [], frozenLayers);
    for (const kind of ['float32', 'ring'] as const) {
      const sum = aggregateFor('sum', { ...plan, update: { ...plan.update, kind } }, layout, id);
      expect(sum.form.layoutHash).toEqual(shared.hash);
      const before = sum.contributors;
      const code = kind === 'float32' ? 'update.wrong-layout' : 'update.wrong-kind';
      expect(codeOf(() => sum.add(updateOf(layout, 0.1), 0))).toBe(code);
      expect(sum.contributors).toBe(before);
    }
  });

  it('is refused where all layers are frozen, and where a private one is', async () => {
    const open = (task: ReturnType<typeof taskOf>, model: ReturnType<typeof parts>) => {
      const history = memoryHistory();
      return storeFirstVersion(
        task,
        model,
        new Registry(memoryBlobs(), history),
        history,
        new VirtualClock(),
      );
    };
    await expect(open(taskOf(), parts([true, true, true]))).rejects.toMatchObject({
      code: 'plan.frozen-layers',
    });
    const own = taskOf({ plan: { learningRate: 0.1, privateLayers: ['body'] } });
    await expect(open(own, parts())).rejects.toMatchObject({ code: 'plan.private-layers' });
    const rest = taskOf({ plan: { learningRate: 0.1, privateLayers: ['head'] } });
    await expect(open(rest, parts())).rejects.toMatchObject({ code: 'plan.frozen-layers' });
  });

  it('goes on with the same weights where other layers are frozen now, as a version like any other', async () => {
    const clock = new VirtualClock();
    const history = memoryHistory();
    const registry = new Registry(memoryBlobs(), history);
    const strategy = fedAdam();
    const of = (isFrozen: boolean[], change: Partial<TaskDefinition> = {}) =>
      taskOf({ model: () => build(isFrozen), strategy, ...change } as Partial<TaskDefinition>);
    const first = of([true, true, false]);
    await ensureFirstVersion(first, registry, history, clock);
    const before = await registry.current(first.name);
    await ensureFirstVersion(first, registry, history, clock);
    expect((await registry.current(first.name)).newest).toBe(0);

    for (const [number, isFrozen] of [
      [1, [true, false, false]],
      [2, [false, false, false]],
      [3, [false, true, false]],
    ] as const) {
      const task = of([...isFrozen]);
      await ensureFirstVersion(task, registry, history, clock);
      const { head, files, newest } = await registry.current(task.name);
      expect(newest).toBe(number);
      expect(head.version).toMatchObject({ number, round: null, contributors: 0 });
      expect(frozenLayersOf(files)).toEqual(['body', 'bn'].filter((_, i) => isFrozen[i]));
      expect(head.state.first).toHaveLength(splitOf(task, files).shared.count);
      const valuesOf = ({ layout, weights }: Parts) => {
        let at = 0;
        return new Map(
          layout.tensors.map(({ name, shape }) => {
            const from = at;
            at += shape.reduce((product, length) => product * length, 1);
            return [name, weights.slice(from, at)];
          }),
        );
      };
      expect(new Map([...valuesOf(files)].sort())).toEqual(new Map([...valuesOf(before.files)].sort()));
      await ensureFirstVersion(task, registry, history, clock);
      expect((await registry.current(task.name)).newest).toBe(number);
    }

    await expect(ensureFirstVersion(of([true, true, true]), registry, history, clock)).rejects.toMatchObject({
      code: 'plan.frozen-layers',
    });
    const wider = of([false, false, false], { model: () => build([false, false, false], 4) } as object);
    await expect(ensureFirstVersion(wider, registry, history, clock)).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect((await registry.current(first.name)).newest).toBe(3);
  });

  it.each(['correlated', 'blt', 'independent'] as const)(
    'refuses to freeze other layers under %s noise where it takes back that of versions before',
    async noise => {
      const clock = new VirtualClock();
      const history = memoryHistory();
      const registry = new Registry(memoryBlobs(), history);
      const of = (isFrozen: boolean[]) =>
        taskOf({
          model: () => build(isFrozen),
          update: { kind: 'ring', clip: 1, weighting: 'uniform' },
          privacy: { epsilon: 4, delta: 1e-6, rounds: 100, separation: 10, noise },
        } as Partial<TaskDefinition>);
      const task = of([true, true, false]);
      await ensureFirstVersion(task, registry, history, clock);
      const next = ensureFirstVersion(of([true, false, false]), registry, history, clock);
      if (noise === 'independent') await next;
      else
        await expect(next).rejects.toMatchObject({
          code: 'config.invalid',
          message: expect.stringContaining('"correlated" or "blt"'),
        });
      expect((await registry.current(task.name)).newest).toBe(noise === 'independent' ? 1 : 0);
    },
  );
});
