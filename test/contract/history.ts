import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import type { Head, History, RoundFilter } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { describe, expect, it } from 'vitest';

const line = 'line' as TaskName;
const plane = 'plane' as TaskName;
const all = Number.POSITIVE_INFINITY;
const hash = (digit: string) => digit.repeat(64) as ModelHash;

function headOf(number: number, task = line, model = hash(String(number))): Head {
  return {
    version: {
      model,
      task,
      number,
      parent: number > 0 ? hash(String(number - 1)) : null,
      round: number > 0 ? (`round-${number}`.padEnd(22, '-') as RoundId) : null,
      strategy: 'fedAdam',
      planVersion: 3,
      contributors: 7 * number,
      metrics: number > 0 ? { top1: 0.125 * number, loss: 3.5 } : null,
      createdAt: 1_000 + number,
    },
    state: { step: number, first: Float32Array.of(0.5, -number, 1e-30), second: new Float32Array(3) },
  };
}

function recordOf(number: number, task = line): RoundRecord {
  const isPublished = number % 2 === 1;
  return {
    round: `round-${number}`.padEnd(22, '-') as RoundId,
    task,
    number,
    planVersion: 3,
    base: hash('0'),
    startedAt: 2_000 * number,
    endedAt: 2_000 * number + 1_500,
    outcome: isPublished ? 'published' : 'failed',
    model: isPublished ? hash('1') : null,
    failure: isPublished ? null : { during: 'updates', reason: 'Nobody came: “só 1”.' },
    tally: { cohort: 5, accepted: 2, rejected: 9, late: 1, lost: 2 },
    metrics: isPublished ? { top1: 0.25 } : null,
    traffic: { up: 2 ** 40, down: 0 },
    phases: [
      {
        phase: 'gathering',
        startedAt: 2_000 * number,
        endedAt: null,
        deadline: 2_000 * number + 500,
        goal: 5,
        minimum: 2,
        accepted: 5,
        rejected: 0,
        late: 0,
        lost: 0,
      },
    ],
    errors: { 'update.norm': 9 },
  };
}

/** What every history keeps to; `open` gives an empty one, `reopen`, of a durable one, that one after a restart. */
export function historyContract(
  name: string,
  open: () => Promise<History>,
  reopen?: () => Promise<History>,
): void {
  describe(`${name} as a history`, () => {
    it('is empty at first', async () => {
      const history = await open();
      expect(await history.head(line)).toBeUndefined();
      expect(await history.version(hash('0'))).toBeUndefined();
      expect(await history.numbersOf([hash('0')])).toEqual(new Map());
      expect(await history.versions(line, all, 10)).toEqual([]);
      expect(await history.rounds(line, all, 10)).toEqual([]);
    });

    it('gives back heads with the state of their strategy, and the newest as the head', async () => {
      const history = await open();
      for (const number of [0, 1, 2]) await history.commit({ head: headOf(number) });
      expect(await history.head(line)).toEqual(headOf(2));
      expect(await history.version(hash('1'))).toEqual(headOf(1).version);
    });

    it('tells the numbers of versions by their contents, of equal ones the oldest', async () => {
      const history = await open();
      for (const number of [3, 4, 6]) await history.commit({ head: headOf(number) });
      await history.commit({ head: headOf(5, line, hash('3')) });
      const found = await history.numbersOf([hash('3'), hash('6'), hash('0')]);
      expect(found).toEqual(
        new Map([
          [hash('3'), 3],
          [hash('6'), 6],
        ]),
      );
      expect(await history.numbersOf([])).toEqual(new Map());
    });

    it('gives back rounds, published and failed', async () => {
      const history = await open();
      for (const number of [1, 2]) await history.commit({ round: recordOf(number) });
      expect(await history.rounds(line, all, 10)).toEqual([recordOf(2), recordOf(1)]);
      expect(await history.head(line)).toBeUndefined();
    });

    it('finds rounds by outcome, by the time of their end and by number, and counts those that fit', async () => {
      const history = await open();
      for (const number of [1, 2, 3, 4, 5]) await history.commit({ round: recordOf(number) });
      await history.commit({ round: { ...recordOf(1, plane), round: 'r'.repeat(22) as RoundId } });
      const numbers = async (filter: Omit<RoundFilter, 'limit'>, limit = 10) => {
        const { rounds, total } = await history.search(line, { ...filter, limit });
        return [rounds.map(({ number }) => number), total];
      };
      expect(await numbers({})).toEqual([[5, 4, 3, 2, 1], 5]);
      expect(await numbers({ outcome: 'published' })).toEqual([[5, 3, 1], 3]);
      expect(await numbers({ outcome: 'failed' }, 1)).toEqual([[4], 2]);
      expect(await numbers({ before: 4 }, 2)).toEqual([[3, 2], 5]);
      const { endedAt } = recordOf(3);
      expect(await numbers({ since: endedAt })).toEqual([[5, 4, 3], 3]);
      expect(await numbers({ until: endedAt })).toEqual([[2, 1], 2]);
      expect(await numbers({ since: endedAt, until: endedAt + 1, outcome: 'published' })).toEqual([[3], 1]);
      expect((await history.search(line, { limit: 1 })).rounds).toEqual([recordOf(5)]);
    });

    it('finds a round by its number, and rounds by their ids', async () => {
      const history = await open();
      for (const number of [1, 2]) await history.commit({ round: recordOf(number) });
      expect(await history.round(line, 2)).toEqual(recordOf(2));
      expect(await history.round(line, 3)).toBeUndefined();
      expect(await history.round(plane, 2)).toBeUndefined();
      const { round } = recordOf(1);
      expect(await history.roundsOf([round, 'none' as RoundId])).toEqual(new Map([[round, recordOf(1)]]));
      expect(await history.roundsOf([])).toEqual(new Map());
    });

    it('gives back older versions with the state of their strategy, and a thinned line of all', async () => {
      const history = await open();
      for (const number of [0, 1, 2, 3, 4]) await history.commit({ head: headOf(number) });
      await history.commit({ head: headOf(0, plane, hash('a')) });
      expect(await history.at(line, 1)).toEqual(headOf(1));
      expect(await history.at(line, 9)).toBeUndefined();
      const numbers = async (most: number) => (await history.thinned(line, most)).map(({ number }) => number);
      expect(await numbers(9)).toEqual([0, 1, 2, 3, 4]);
      expect(await numbers(3)).toEqual([0, 2, 4]);
      expect(await numbers(2)).toEqual([0, 4]);
      expect(await history.thinned('none' as TaskName, 2)).toEqual([]);
    });

    it('keeps a version and its round in one entry', async () => {
      const history = await open();
      await history.commit({ head: headOf(0) });
      await history.commit({ head: headOf(1), round: recordOf(1) });
      expect((await history.head(line))!.version.number).toBe(1);
      expect(await history.rounds(line, all, 10)).toEqual([recordOf(1)]);
    });

    it('pages through versions and rounds, newest first', async () => {
      const history = await open();
      for (let number = 0; number < 10; number++)
        await history.commit({ head: headOf(number), round: recordOf(number + 1) });
      const numbers = (rows: readonly { readonly number: number }[]) => rows.map(({ number }) => number);
      expect(numbers(await history.versions(line, all, 3))).toEqual([9, 8, 7]);
      expect(numbers(await history.versions(line, 7, 3))).toEqual([6, 5, 4]);
      expect(numbers(await history.versions(line, 1, 3))).toEqual([0]);
      expect(await history.versions(line, 0, 3)).toEqual([]);
      expect(numbers(await history.rounds(line, 5, 2))).toEqual([4, 3]);
      expect(await history.rounds(line, 1, 2)).toEqual([]);
    });

    it('keeps tasks apart, even where their models are the same', async () => {
      const history = await open();
      await history.commit({ head: headOf(0, line, hash('a')), round: recordOf(1, line) });
      await history.commit({ head: headOf(0, plane, hash('a')) });
      expect(await history.versions(line, all, 9)).toEqual([headOf(0, line, hash('a')).version]);
      expect(await history.versions(plane, all, 9)).toEqual([headOf(0, plane, hash('a')).version]);
      expect((await history.version(hash('a')))!.task).toBe(line);
      expect((await history.version(hash('a'), [plane]))!.task).toBe(plane);
      expect((await history.version(hash('a'), null))!.task).toBe(line);
      expect(await history.version(hash('a'), ['other'])).toBeUndefined();
      expect(await history.rounds(plane, all, 9)).toEqual([]);
    });

    it('keeps two versions of equal content apart', async () => {
      const history = await open();
      for (const number of [0, 1, 2]) await history.commit({ head: headOf(number, line, hash('a')) });
      expect((await history.versions(line, all, 9)).map(({ number }) => number)).toEqual([2, 1, 0]);
      expect((await history.version(hash('a')))!.number).toBe(0);
    });

    it('gives back figures as they were, even those that are no number', async () => {
      const history = await open();
      const metrics = { loss: Number.NaN, worst: Number.NEGATIVE_INFINITY, gain: -0 };
      const head = headOf(0);
      await history.commit({ head: { ...head, version: { ...head.version, metrics } } });
      expect((await history.head(line))!.version.metrics).toEqual(metrics);
    });

    it('keeps texts whatever is in them', async () => {
      const history = await open();
      const failure = { during: 'updates', reason: 'a\0b \ud800 "é😀' } as const;
      await history.commit({ round: { ...recordOf(2), failure } });
      expect((await history.rounds(line, all, 1))[0]!.failure).toEqual(failure);
    });

    it('keeps nothing of an entry of which a part is there already', async () => {
      const history = await open();
      await history.commit({ head: headOf(0) });
      await history.commit({ round: recordOf(1) });
      await expect(history.commit({ head: headOf(1), round: recordOf(1) })).rejects.toThrow();
      expect((await history.head(line))!.version.number).toBe(0);
      await expect(history.commit({ head: headOf(0), round: recordOf(2) })).rejects.toThrow();
      expect(await history.rounds(line, all, 10)).toEqual([recordOf(1)]);
      await history.commit({ head: headOf(1), round: recordOf(2) });
      expect((await history.head(line))!.version.number).toBe(1);
    });

    it('names the vectors of strategies, so that no sweep takes one that devices are about to get', async () => {
      const history = await open();
      for (const number of [1, 2]) await history.commit({ head: headOf(number) });
      const { first } = headOf(2).state;
      const { vectors } = await history.references();
      expect(vectors).toContain(contentHash(new Uint8Array((first as Float32Array).slice().buffer)));
      expect(vectors.size).toBe(3);
    });

    it('prunes old versions, but not the head, other tasks or models to keep', async () => {
      const history = await open();
      for (let number = 0; number < 10; number++) await history.commit({ head: headOf(number) });
      await history.commit({ head: headOf(0, plane) });
      const keep = { versions: 3, models: new Set([hash('2')]), roundsSince: 0 };
      expect(await history.prune(line, keep)).toBe(true);
      const numbers = (await history.versions(line, all, 99)).map(({ number }) => number);
      expect(numbers).toEqual([9, 8, 7, 2]);
      expect(await history.head(line)).toEqual(headOf(9));
      expect(await history.head(plane)).toEqual(headOf(0, plane));
      expect(await history.prune(line, keep)).toBe(false);
      await history.prune(line, { ...keep, versions: 0, models: new Set() });
      expect((await history.versions(line, all, 99)).map(({ number }) => number)).toEqual([9]);
      expect((await history.references()).models).toEqual(new Set([hash('9'), hash('0')]));
    });

    it('prunes old records by time, but not the newest', async () => {
      const history = await open();
      for (let number = 1; number <= 9; number++) await history.commit({ round: recordOf(number) });
      await history.commit({ round: { ...recordOf(1, plane), round: 'other'.padEnd(22, '-') as RoundId } });
      const keep = { versions: all, models: new Set<ModelHash>() };
      const numbers = async () => (await history.rounds(line, all, 99)).map(({ number }) => number);
      expect(await history.prune(line, { ...keep, roundsSince: 0 })).toBe(false);
      expect(await numbers()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
      await history.prune(line, { ...keep, roundsSince: recordOf(7).endedAt });
      expect(await numbers()).toEqual([9, 8, 7]);
      await history.prune(line, { ...keep, roundsSince: all });
      expect(await numbers()).toEqual([9]);
      expect(await history.rounds(plane, all, 99)).toHaveLength(1);
    });

    it.runIf(reopen)('has all again after a restart', async () => {
      const before = await open();
      for (const number of [0, 1]) await before.commit({ head: headOf(number), round: recordOf(number + 1) });
      const history = await reopen!();
      expect(await history.head(line)).toEqual(headOf(1));
      expect(await history.version(hash('0'))).toEqual(headOf(0).version);
      expect(await history.rounds(line, all, 10)).toEqual([recordOf(2), recordOf(1)]);
    });
  });
}
