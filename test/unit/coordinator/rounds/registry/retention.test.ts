import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { BlobStore, History } from '@murmuration/rounds/registry/ports';
import { Registry } from '@murmuration/rounds/registry/registry';
import { Retention, type RetentionPolicy } from '@murmuration/rounds/registry/retention';
import { memoryBlobs } from '@murmuration/storage/memory/blobs';
import { memoryHistory } from '@murmuration/storage/memory/history';
import { memoryVerdicts } from '@murmuration/storage/memory/verdicts';
import { openStorage } from '@murmuration/storage/storage';
import { describe, expect, it } from 'vitest';
import { recordOf, roundA } from '../../../../contract/rounds.ts';
import { layout } from '../../server/federation.ts';
import { storageFolders } from '../../storage/folders.ts';

const { make } = storageFolders();
const task = 'line' as TaskName;
const all = Number.POSITIVE_INFINITY;
const none = new Set<ModelHash>();
const hour = 3_600_000;

/** A task with versions 0 to `count` − 1, a day between them, and a record of each round. */
async function withVersions(
  count: number,
  clock: VirtualClock,
  blobs: BlobStore,
  history: History,
  as: StoredWeights = 'float32',
) {
  const registry = new Registry(blobs, history);
  const models: ModelHash[] = [];
  for (let number = 0; number < count; number++) {
    const { hash } = await registry.store(
      { class_name: 'Sequential' },
      layout,
      new Float32Array(4).fill(number),
      as,
    );
    models.push(hash);
    const version = {
      model: hash,
      task,
      number,
      parent: models[number - 1] ?? null,
      round: null,
      strategy: 'fedAdam',
      planVersion: 1,
      contributors: 0,
      metrics: null,
      createdAt: clock.now(),
    };
    await history.commit({
      head: { version, state: { step: number, momentum: new Float32Array(3).fill(number) } },
      round: {
        ...recordOf(roundA),
        round: `round-${number}`.padEnd(22, '-') as RoundId,
        number: number + 1,
        endedAt: clock.now(),
      },
    });
    await clock.advance(24 * hour);
  }
  return { registry, models };
}

const stores = [
  {
    name: 'in memory',
    async open(clock: VirtualClock) {
      return { blobs: memoryBlobs(clock), history: memoryHistory(), async close() {} };
    },
  },
  { name: 'in a folder', open: async (clock: VirtualClock) => openStorage(await make(), clock) },
];

describe.each(stores)('retention $name', ({ open }) => {
  async function kept(
    policy: Partial<RetentionPolicy>,
    inUse: (models: readonly ModelHash[]) => Set<ModelHash>,
  ) {
    const clock = new VirtualClock();
    const { blobs, history, close } = await open(clock);
    const { registry, models } = await withVersions(6, clock, blobs, history);
    const verdicts = memoryVerdicts();
    for (const model of models) verdicts.add({ model, verdicts: { kept: 1, refused: 0 } });
    const retention = new Retention(
      { versions: null, roundsFor: null, ...policy },
      history,
      blobs,
      clock,
      verdicts,
    );
    await retention.apply(task, inUse(models));
    // The registry has the last one in memory.
    const fresh = new Registry(blobs, history);
    const readable = await Promise.all(
      models.map(model =>
        fresh.files(model).then(
          () => true,
          error => error.code,
        ),
      ),
    );
    const result = {
      versions: (await history.versions(task, all, 99)).map(({ number }) => number),
      rounds: (await history.rounds(task, all, 99)).map(({ number }) => number),
      readable,
      head: await history.head(task),
      judged: [...(await verdicts.of(models)).keys()].map(model => models.indexOf(model)).sort(),
      left: await blobs.sweep(none, all),
      registry,
    };
    await close();
    return result;
  }

  it('keeps all where nothing is configured', async () => {
    const { versions, rounds, readable } = await kept({}, () => none);
    expect(versions).toEqual([5, 4, 3, 2, 1, 0]);
    expect(rounds).toHaveLength(6);
    expect(readable).toEqual(Array(6).fill(true));
  });

  it('deletes versions but the newest and those in use, and their files with them', async () => {
    const wanted = await kept({ versions: 2 }, models => new Set([models[1]!]));
    const { versions, rounds, readable, head, judged } = wanted;
    expect(versions).toEqual([5, 4, 1]);
    expect(judged).toEqual([1, 4, 5]);
    expect(rounds).toHaveLength(6);
    const gone = 'model.missing';
    expect(readable).toEqual([gone, true, gone, gone, true, true]);
    expect(head!.state).toEqual({ step: 5, momentum: new Float32Array(3).fill(5) });
  });

  it('leaves no file behind that nothing names, and deletes none that something names', async () => {
    const all = await kept({}, () => none);
    const one = await kept({ versions: 1 }, () => none);
    // A model.json and its weights; in a folder the vector of the strategy as well.
    const each = all.left.length / 6;
    expect([2, 3]).toContain(each);
    expect(one.left).toHaveLength(each);
  });

  it('keeps smaller weights as long as their version, and no longer', async () => {
    const clock = new VirtualClock();
    const { blobs, history, close } = await open(clock);
    const { registry, models } = await withVersions(3, clock, blobs, history, 'float16');
    const smaller = await Promise.all(models.map(async model => (await registry.weightFilesOf(model))[1]!));
    const policy = { versions: 1, roundsFor: null };
    await new Retention(policy, history, blobs, clock, memoryVerdicts()).apply(task, none);
    expect(await blobs.get(smaller[2]!)).toHaveLength(8);
    for (const gone of smaller.slice(0, 2))
      await expect(blobs.get(gone)).rejects.toMatchObject({ code: 'model.missing' });
    await close();
  });

  it('deletes records by time, but not the newest', async () => {
    expect((await kept({ roundsFor: 73 * hour }, () => none)).rounds).toEqual([6, 5, 4]);
    expect((await kept({ roundsFor: 0 }, () => none)).rounds).toEqual([6]);
  });

  it('spares files that are new, since their version may be about to come', async () => {
    const clock = new VirtualClock();
    const { blobs, history, close } = await open(clock);
    const { registry, models } = await withVersions(3, clock, blobs, history);
    const candidate = await registry.store({ class_name: 'Sequential' }, layout, new Float32Array(4).fill(9));
    // What is about to come may be an old one again.
    await registry.store({ class_name: 'Sequential' }, layout, new Float32Array(4).fill(0));
    const retention = new Retention(
      { versions: 1, roundsFor: null },
      history,
      blobs,
      clock,
      memoryVerdicts(),
    );
    await retention.apply(task, none);
    const fresh = new Registry(blobs, history);
    for (const hash of [candidate.hash, models[0]!, models[2]!])
      expect((await fresh.files(hash)).hash).toBe(hash);
    await expect(blobs.get(models[1]!)).rejects.toMatchObject({ code: 'model.missing' });
    await close();
  });

  it('spares a file for an hour after it was put, and no longer', async () => {
    const clock = new VirtualClock();
    const { blobs, history, close } = await open(clock);
    const { registry } = await withVersions(4, clock, blobs, history);
    const { hash } = await registry.store({ class_name: 'Sequential' }, layout, new Float32Array(4).fill(9));
    const policy = { roundsFor: null };
    const keep = (versions: number) =>
      new Retention({ versions, ...policy }, history, blobs, clock, memoryVerdicts()).apply(task, none);
    await clock.advance(hour);
    await keep(3);
    expect((await new Registry(blobs, history).files(hash)).hash).toBe(hash);
    await clock.advance(1);
    await keep(2);
    await expect(blobs.get(hash)).rejects.toMatchObject({ code: 'model.missing' });
    await close();
  });

  it('deletes no file where a model that is kept can not be read', async () => {
    const clock = new VirtualClock();
    const { blobs, history, close } = await open(clock);
    const { models } = await withVersions(3, clock, blobs, history);
    const damaged: BlobStore = {
      ...blobs,
      get: hash => blobs.get(hash === models[2] ? '0'.repeat(64) : hash),
    };
    const retention = new Retention(
      { versions: 2, roundsFor: null },
      history,
      damaged,
      clock,
      memoryVerdicts(),
    );
    await expect(retention.apply(task, none)).rejects.toMatchObject({ code: 'model.missing' });
    expect(await blobs.get(models[0]!)).toBeInstanceOf(Uint8Array);
    await close();
  });
});
