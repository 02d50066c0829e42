import { decodeKeptLayers } from '@murmuration/client-sdk/private-layers/kept-layers';
import type { FreshStart } from '@murmuration/client-sdk/private-layers/private-layers';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Trainer } from '@murmuration/client-sdk/training/trainer';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { decodeUpdate, headerLength, updateLength } from '@murmuration/protocol/weights/codec';
import { type Layout, layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel, type ModelFiles } from '@murmuration/protocol/weights/model-files';
import { quantizationFor } from '@murmuration/protocol/weights/quantize';
import { describe, expect, it } from 'vitest';
import { deviceOn } from '../device.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';

const layout = layoutOf([
  { name: 'body/kernel', shape: [3] },
  { name: 'own/kernel', shape: [4] },
  { name: 'body/bias', shape: [2] },
]);
const shared = layoutOf([layout.tensors[0]!, layout.tensors[2]!]);
const own = [3, 4, 5, 6];
const everything = [0, 1, 2, ...own, 7, 8];

/** Adds what it is told to, and keeps what it was given. */
class AddingTrainer implements Trainer {
  readonly models: ModelFiles[] = [];
  delta: readonly number[];

  constructor(delta: readonly number[]) {
    this.delta = delta;
  }

  async train(model: ModelFiles) {
    this.models.push(model);
    return { delta: Float32Array.from(this.delta), examples: 50, metrics: {} };
  }

  async close() {}
}

interface Scene {
  readonly delta: readonly number[];
  readonly storage?: Storage;
  readonly layout?: Layout;
  readonly weights?: readonly number[];
  readonly plan?: Partial<Plan>;
  /** What the app keeps on the device. */
  readonly keeps?: readonly string[];
  readonly round?: string;
}

/** One round of one device; all that it sent, and what it trained from. */
async function round({ delta, storage = memoryStorage(), plan, keeps, round: name, ...model }: Scene) {
  const clock = new VirtualClock();
  const coordinator = new MemoryCoordinator(clock);
  const weights = Float32Array.from(model.weights ?? everything);
  const version = encodeModel({ class_name: 'Sequential' }, model.layout ?? layout, weights);
  const path = modelPath(version.hash);
  coordinator.files.set(path, version.json);
  coordinator.files.set(path.replace('model.json', `${version.weightsHash}.bin`), version.weights);
  const trainer = new AddingTrainer(delta);
  const { client, errors } = deviceOn(coordinator, clock, storage, {
    keyboard: { examples: () => ['a'], trainer, ...(keeps && { privateLayers: keeps }) },
  });
  const fresh: FreshStart[] = [];
  client.on('private-layers', ({ reason }) => fresh.push(reason));
  await client.start();
  coordinator.connect();
  await clock.advance(0);
  coordinator.send(
    'assignment',
    assignmentOf(clock, name, { model: version.hash, privateLayers: ['own'], ...plan }),
  );
  await clock.advance(0);
  return {
    coordinator,
    trainer,
    errors,
    fresh,
    storage,
    uploads: coordinator.uploads.map(({ bytes }) => bytes),
  };
}

const float32 = { kind: 'float32', clip: 100, bits: 8, weighting: 'uniform', weightCap: 1 } as const;
const form = { kind: 'float32', layoutHash: shared.hash, count: shared.count, maxWeight: 1 } as const;

/** A delta whose private values are `values`. */
const moving = (...values: readonly number[]) => [0.1, 0.2, 0.3, ...values, 0.4, 0.5];

describe('private layers', () => {
  it('UP11: uploads the shared tensors alone, under the hash and the length of their layout', async () => {
    const { uploads, errors } = await round({ delta: moving(9, 9, 9, 9), plan: { update: float32 } });
    expect(errors).toEqual([]);
    expect(uploads.map(({ length }) => length)).toEqual([headerLength + 4 * 5]);
    const update = decodeUpdate(uploads[0]!, form);
    expect(update.kind === 'float32' && [...update.delta]).toEqual(
      [0.1, 0.2, 0.3, 0.4, 0.5].map(value => Math.fround(value)),
    );
  });

  it('UP11: sends the same bytes whatever the private layers are and learn', async () => {
    const { plan } = assignmentOf(new VirtualClock());
    for (const update of [float32, plan.update]) {
      const sent = await Promise.all(
        [moving(0, 0, 0, 0), moving(9, -9, 1e9, 1e-9)].map(async delta => {
          const storage = memoryStorage();
          await round({ delta: moving(delta[3]!, 1, 2, 3), storage, round: 'r0' });
          const { coordinator, uploads } = await round({ delta, storage, plan: { update } });
          return { uploads, asked: coordinator.asked };
        }),
      );
      expect(sent[0]).toEqual(sent[1]);
      expect(sent[0]!.uploads).toHaveLength(1);
    }
  });

  it('UP11: makes ring elements of the shared values alone', async () => {
    const { plan } = assignmentOf(new VirtualClock());
    const { uploads } = await round({ delta: moving(9, 9, 9, 9) });
    const { elements, width } = quantizationFor(5, { ...plan.update, largestCohort: plan.largestCohort });
    expect(elements).toBe(6);
    expect(uploads[0]).toHaveLength(
      updateLength({ kind: 'ring', layoutHash: shared.hash, count: elements, width }),
    );
  });

  it('clips the shared delta, whatever the length of the private one', async () => {
    const { uploads } = await round({
      delta: moving(1e6, 1e6, 1e6, 1e6),
      plan: { update: { ...float32, clip: 1 } },
    });
    const update = decodeUpdate(uploads[0]!, form);
    expect(update.kind === 'float32' && update.delta[0]).toBe(Math.fround(0.1));
  });

  it('go on over the versions of a model with the device’s own weights', async () => {
    const storage = memoryStorage();
    const first = await round({ delta: moving(1, 1, 1, 1), storage });
    expect([...first.trainer.models[0]!.weights]).toEqual(everything);
    expect(first.fresh).toEqual(['none-kept']);
    const weights = [10, 11, 12, 13, 14, 15, 16, 17, 18];
    const second = await round({ delta: moving(2, 2, 2, 2), storage, weights, round: 'r2' });
    expect([...second.trainer.models[0]!.weights]).toEqual([10, 11, 12, 4, 5, 6, 7, 17, 18]);
    expect(second.fresh).toEqual([]);
    expect([...decodeKeptLayers((await storage.get('private.keyboard'))!)!.values]).toEqual([6, 7, 8, 9]);
  });

  it('begin anew, and say so, where a version has other shapes', async () => {
    const storage = memoryStorage();
    await round({ delta: moving(1, 1, 1, 1), storage });
    const other = layoutOf([layout.tensors[0]!, { name: 'own/kernel', shape: [2, 2] }, layout.tensors[2]!]);
    const second = await round({ delta: moving(2, 2, 2, 2), storage, layout: other, round: 'r2' });
    expect(second.fresh).toEqual(['other-shapes']);
    expect([...second.trainer.models[0]!.weights]).toEqual(everything);
    const third = await round({ delta: moving(0, 0, 0, 0), storage, layout: other, round: 'r3' });
    expect(third.fresh).toEqual([]);
    expect([...third.trainer.models[0]!.weights].slice(3, 7)).toEqual(own.map(value => value + 2));
  });

  it('VG9: grow with the version: their own rows go on, and new ones are the mean of these', async () => {
    const storage = memoryStorage();
    await round({ delta: moving(1, 2, 3, 4), storage });
    const [body, , bias] = layout.tensors;
    const grown = layoutOf([body!, { name: 'own/kernel', shape: [6] }, bias!]);
    const delta = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const second = await round({ delta, storage, layout: grown, weights: delta, round: 'r2' });
    expect(second.fresh).toEqual([]);
    expect([...second.trainer.models[0]!.weights].slice(3, 9)).toEqual([4, 6, 8, 10, 7, 7]);
    const third = await round({ delta: moving(0, 0, 0, 0), storage, round: 'r3' });
    expect(third.fresh).toEqual(['other-shapes']);
  });

  it('begin anew, and say so, where what was kept is damaged', async () => {
    const storage = memoryStorage();
    await round({ delta: moving(1, 1, 1, 1), storage });
    const kept = (await storage.get('private.keyboard'))!;
    for (const damaged of [
      kept.with(kept.length - 1, kept.at(-1)! ^ 1),
      kept.subarray(0, 9),
      new Uint8Array(0),
    ]) {
      await storage.put('private.keyboard', damaged);
      const { fresh, errors, uploads } = await round({ delta: moving(0, 0, 0, 0), storage, round: 'r2' });
      expect({ fresh, errors, uploads: uploads.length }).toEqual({
        fresh: ['damaged'],
        errors: [],
        uploads: 1,
      });
    }
  });

  it('are left alone by a round whose plan has none', async () => {
    const storage = memoryStorage();
    await round({ delta: moving(1, 1, 1, 1), storage });
    const kept = await storage.get('private.keyboard');
    const { trainer, uploads } = await round({
      delta: moving(1, 1, 1, 1),
      storage,
      round: 'r2',
      plan: { privateLayers: undefined, update: float32 },
    });
    expect([...trainer.models[0]!.weights]).toEqual(everything);
    expect(uploads[0]).toHaveLength(headerLength + 4 * 9);
    expect(await storage.get('private.keyboard')).toEqual(kept);
  });

  it('stay as they were where training diverged in them', async () => {
    const storage = memoryStorage();
    await round({ delta: moving(1, 1, 1, 1), storage });
    const kept = await storage.get('private.keyboard');
    const { errors, uploads } = await round({ delta: moving(1, Number.NaN, 1, 1), storage, round: 'r2' });
    expect(errors).toEqual(['training.failed']);
    expect(uploads).toEqual([]);
    expect(await storage.get('private.keyboard')).toEqual(kept);
  });

  it('keep a device from a round whose plan shares them, where the app insists on them', async () => {
    const keeps = ['own'];
    expect((await round({ delta: moving(1, 1, 1, 1), keeps })).uploads).toHaveLength(1);
    for (const privateLayers of [undefined, ['body']]) {
      const { errors, coordinator, trainer } = await round({
        delta: moving(1, 1, 1, 1),
        keeps,
        plan: { privateLayers },
      });
      expect(errors).toEqual(['plan.below-floor']);
      expect(coordinator.asked.leave).toHaveLength(1);
      expect([trainer.models, coordinator.uploads, coordinator.downloads]).toEqual([[], [], 0]);
    }
  });

  it('UP11: makes the device leave a round whose plan names layers that the model has not', async () => {
    for (const privateLayers of [
      ['own', 'else'],
      ['body', 'own'],
    ]) {
      const { errors, coordinator, trainer } = await round({
        delta: moving(1, 1, 1, 1),
        plan: { privateLayers },
      });
      expect(errors).toEqual(['plan.private-layers']);
      expect(coordinator.asked.leave.map(({ reason }) => reason)).toEqual(['plan.private-layers']);
      expect(trainer.models).toEqual([]);
    }
  });
});
