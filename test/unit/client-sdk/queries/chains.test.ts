import { AnsweredQueries, type Sum } from '@murmuration/client-sdk/queries/answered';
import { SaidExamples } from '@murmuration/client-sdk/queries/said';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import { heavyFor, sideOf, sketchShare } from '@murmuration/protocol/queries/sides';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { AskedDevice } from '../../../attacks/device/asked-devices.ts';
import { seededRandom } from '../../../seeded-random.ts';
import { id } from '../memory-coordinator.ts';

const day = 86_400_000;
const task = 'keyboard' as TaskName;
const secret = seededRandom(1)(32);
const told = (change: object = {}): Sum => [
  { source: 'texts', chain: 'keyboard words top', round: 'words', period: day, reader: undefined, ...change },
];
const recordOf = (storage: Storage, clock: VirtualClock) =>
  new AnsweredQueries({
    storage,
    clock,
    refusal: (floor, detail) => Object.assign(new Error(detail), { floor }) as never,
  });

describe('the sides of a source', () => {
  it('QY16: are drawn by the identity and the source, in the share that sketches are to have', () => {
    const random = seededRandom(3);
    const seeds = Array.from({ length: 4_000 }, () => random(32));
    const sketching = (source: string) => seeds.map(seed => sideOf(seed, source) === 'sketches');
    const [one, other] = [sketching('one'), sketching('other')];
    expect(one.filter(Boolean).length / seeds.length).toBeCloseTo(sketchShare, 1);
    expect(one).toEqual(sketching('one'));
    expect(one.filter((is, i) => is === other[i]).length / seeds.length).toBeCloseTo(
      sketchShare ** 2 + (1 - sketchShare) ** 2,
      1,
    );
    expect([3, 5, 10, 100].map(heavyFor)).toEqual([3, 3, 6, 60]);
  });
});

describe('the record of the sums that a device was in', () => {
  it('QY17: is kept over restarts, and lasts from the last answer of a chain on', async () => {
    const [storage, clock] = [memoryStorage(), new VirtualClock(100 * day)];
    const [first, second] = [told(), told({ round: 'words--3' })];
    await recordOf(storage, clock).count(first, id('a1'));
    await clock.advance(day / 2);
    await recordOf(storage, clock).count(second, id('a2'));
    await clock.advance(0.75 * day);
    const again = recordOf(storage, clock);
    // More than a period after the first round, and less than one after the second.
    await expect(again.requireOpen(first, id('a3'))).rejects.toThrow('already');
    expect(await again.requireOpen(first, id('a1'))).toBe(true);
    await expect(again.requireOpen(told({ chain: 'notes words top' }), id('a3'))).rejects.toThrow('already');
    await clock.advance(day / 2);
    expect(await again.requireOpen(first, id('a3'))).toBe(false);
  });

  it('QY17: forgets versions and experiments whose time is over, and no source', async () => {
    const [storage, clock] = [memoryStorage(), new VirtualClock(100 * day)];
    const record = recordOf(storage, clock);
    for (let version = 0; version < 500; version++) {
      await record.count(
        [...told({ source: 'live' }), ...told({ source: `version ${version}` })] as unknown as Sum,
        id(`a${version}`),
      );
      await clock.advance(2 * day);
    }
    const kept = JSON.parse(new TextDecoder().decode(await storage.get('sources')));
    expect(Object.keys(kept)).toEqual(['live', 'version 499']);
  });

  it('QY18: takes what a device from before has answered as said, once', async () => {
    const clock = new VirtualClock(100 * day);
    const storage = memoryStorage();
    const before = { assignment: id('a1'), at: clock.now() - 3 * day, period: day };
    await storage.put(
      'answers.keyboard',
      utf8(
        JSON.stringify({
          mean: { ...before, at: clock.now() },
          'experiment 0123456789abcdef': { ...before, period: 366 * day },
        }),
      ),
    );
    const app = {
      keyboard: {
        answers: {
          items: { kinds: ['top' as const], answer: () => ['a'] },
          mean: { kinds: ['mean' as const], answer: () => 1 },
        },
      },
    };
    const items = defineQuery({ name: 'items', kind: 'top', items: ['a'] });
    const mean = defineQuery({ name: 'mean', kind: 'mean', least: 0, most: 1 });
    let asked = 0;
    for (let number = 0; asked < 2; number++) {
      const own = memoryStorage();
      await own.put('answers.keyboard', (await storage.get('answers.keyboard'))!);
      const now = new VirtualClock(clock.now());
      const device = new AskedDevice({ number, clock: now, storage: own, app });
      expect([await device.answer(items), await device.answer(mean)]).toEqual([undefined, undefined]);
      expect(await own.get('answers.keyboard')).toBeUndefined();
      await now.advance(2 * day);
      expect(await device.answer(mean)).toBeDefined();
      expect(await device.answer(items)).toBeUndefined();
      await now.advance(27 * day);
      if (await device.answer(items)) asked += 1;
      expect(Object.keys(JSON.parse(new TextDecoder().decode(await own.get('sources'))))).toContain(
        'experiment 0123456789abcdef',
      );
    }
  });
});

describe('what of the examples of a task was said', () => {
  const open = (storage: Storage) => new SaidExamples(storage, task, secret);
  async function say(
    storage: Storage,
    examples: readonly unknown[],
    standing: 'begins' | 'goes on' | 'read by others',
  ) {
    const { fresh, keep } = await open(storage).fresh(examples, standing);
    await keep();
    return fresh;
  }

  it('QY18: is left out of later chains, in whatever order it comes, and not of the rounds of one', async () => {
    const storage = memoryStorage();
    expect(await say(storage, ['a', 'b', 'a'], 'begins')).toEqual(['a', 'b', 'a']);
    expect(await say(storage, ['b', 'a', 'a', 'c'], 'goes on')).toEqual(['b', 'a', 'a', 'c']);
    expect(await say(storage, ['d', 'c', 'a', 'b', 'a'], 'begins')).toEqual(['d']);
    // A third one of the same, and one that had gone.
    expect(await say(storage, ['a', 'a', 'a', 'b'], 'begins')).toEqual(['a']);
  });

  it('QY18: is all that there is where others have read it', async () => {
    const storage = memoryStorage();
    expect(await say(storage, ['a', 'b'], 'read by others')).toEqual([]);
    expect(await say(storage, ['a', 'b', 'c'], 'begins')).toEqual(['c']);
  });

  it('QY18: says nothing twice where what was to be kept was lost before an answer left', async () => {
    const storage = memoryStorage();
    await open(storage).fresh(['a'], 'begins');
    expect(await say(storage, ['a'], 'begins')).toEqual(['a']);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(await say(storage, [cyclic, 1n], 'begins')).toHaveLength(2);
    expect(await say(storage, [cyclic, 1n, cyclic], 'begins')).toHaveLength(1);
  });

  it('QY18: has a bounded length, beyond which it takes more as said, never less', async () => {
    const storage = memoryStorage();
    const many = (from: number) => Array.from({ length: 15_000 }, (_, i) => `example ${from + i}`);
    for (let from = 0; from < 60_000; from += 15_000) await say(storage, many(from), 'begins');
    expect((await storage.get('said.keyboard'))!.length).toBeLessThan(200_000);
    expect(await say(storage, many(0), 'begins')).toEqual([]);
    const fresh = await say(storage, many(60_000), 'begins');
    expect(fresh.length).toBeLessThan(15_000);
    const first = new Set<unknown>(many(0));
    expect(fresh.some(each => first.has(each))).toBe(false);
  });
});
