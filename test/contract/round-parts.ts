import type { AssignmentId, DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { History } from '@murmuration/rounds/registry/ports';
import { type PartResult, type PartStore, termsOfPart } from '@murmuration/rounds/round/parts';
import type { SpreadTerms } from '@murmuration/rounds/round/round';
import { keyOf, type RoundStore } from '@murmuration/rounds/round/store';
import { describe, expect, it } from 'vitest';
import { checkpointOf, recordOf, roundA, roundB, termsOf } from './rounds.ts';

interface Stores {
  readonly rounds: RoundStore;
  readonly parts: PartStore;
  readonly history: History;
}

export const spreadTerms = (round: RoundId): SpreadTerms => ({
  ...termsOf(round),
  kind: 'spread',
  parts: { count: 3, smallest: 1 },
});

/** What came of a part with these devices. */
export function resultOf(round: RoundId, ...names: readonly string[]): PartResult {
  return {
    record: { ...recordOf(round), outcome: 'published', failure: null },
    contributors: names.map(name => ({
      device: name.padEnd(22, '-') as DeviceId,
      assignment: `of-${name}`.padEnd(22, '-') as AssignmentId,
    })),
  };
}

const task = termsOf(roundA).plan.task;
const sum = Uint8Array.from({ length: 5_000 }, (_, i) => i);

/** What every store of parts keeps to, with the rounds and the history beside it; `reopen`, of durable ones, opens those opened last again. */
export function partsContract(
  name: string,
  open: () => Promise<Stores>,
  reopen?: () => Promise<Stores>,
): void {
  describe(`${name} as a store of parts`, () => {
    it('has the spread rounds of a task, and none of their parts or of other tasks', async () => {
      const { rounds, parts } = await open();
      const whole = spreadTerms(roundA);
      await rounds.begin(whole);
      await rounds.begin(termsOfPart(whole, 2));
      await rounds.begin(termsOf(roundB));
      expect(await parts.open(task)).toEqual([whole]);
      expect(await parts.open('other' as TaskName)).toEqual([]);
    });

    it('has each round from its beginning to its end, however often it is asked, in the order in which they began', async () => {
      const { rounds, parts, history } = await open();
      const [first, second] = [spreadTerms(roundB), spreadTerms(roundA)];
      await rounds.begin(first);
      expect(await parts.open(task)).toEqual([first]);
      await rounds.begin(second);
      await rounds.begin(termsOfPart(second, 1));
      // Those who ask at the same time as well.
      const asked = await Promise.all([1, 2, 3].map(() => parts.open(task)));
      expect(asked).toEqual([1, 2, 3].map(() => [first, second]));
      await history.commit({ round: recordOf(roundB) });
      expect(await parts.open(task)).toEqual([second]);
      await history.commit({ round: recordOf(roundA) });
      expect(await parts.open(task)).toEqual([]);
    });

    it('keeps the journals and checkpoints of the parts of a round apart', async () => {
      const { rounds } = await open();
      const whole = spreadTerms(roundA);
      for (const terms of [whole, termsOfPart(whole, 1), termsOfPart(whole, 2)]) await rounds.begin(terms);
      await rounds.append(`${roundA}.1` as RoundId, [{ type: 'tick', time: 1 }]);
      await rounds.append(`${roundA}.2` as RoundId, [{ type: 'tick', time: 2 }]);
      await rounds.checkpoint(`${roundA}.2` as RoundId, checkpointOf('one'), { erase: false });
      const saved = await rounds.underWay();
      expect(saved.map(({ terms, entries }) => [keyOf(terms), entries])).toEqual([
        [roundA, []],
        [`${roundA}.1`, [{ type: 'tick', time: 1 }]],
        [`${roundA}.2`, [{ type: 'tick', time: 2 }]],
      ]);
      expect(saved.map(({ checkpoint }) => checkpoint?.contributors.length)).toEqual([
        undefined,
        undefined,
        1,
      ]);
    });

    it('keeps what came of a part with its sum, and then nothing else of it, until the round is over', async () => {
      let { rounds, parts, history } = await open();
      const whole = spreadTerms(roundA);
      await rounds.begin(whole);
      for (const part of [1, 2]) await rounds.begin(termsOfPart(whole, part));
      await rounds.checkpoint(`${roundA}.1` as RoundId, checkpointOf('one', 'two'), { erase: true });
      await parts.end(termsOfPart(whole, 1), resultOf(roundA, 'one', 'two'), sum);
      await parts.end(termsOfPart(whole, 2), { record: recordOf(roundA), contributors: [] });
      if (reopen) ({ rounds, parts, history } = await reopen());
      expect((await rounds.underWay()).map(({ terms }) => terms)).toEqual([whole]);
      expect(await parts.results(roundA)).toEqual(
        new Map([
          [1, resultOf(roundA, 'one', 'two')],
          [2, { record: recordOf(roundA), contributors: [] }],
        ]),
      );
      expect([...(await parts.results(roundA, new Map([[1, null]]))).keys()]).toEqual([2]);
      expect(await parts.sum(roundA, 1)).toEqual(sum);
      expect(await parts.sum(roundA, 2)).toBeUndefined();
      expect(await parts.sum(roundA, 3)).toBeUndefined();

      await history.commit({ round: recordOf(roundA) });
      expect(await parts.results(roundA)).toEqual(new Map());
      expect(await parts.sum(roundA, 1)).toBeUndefined();
      expect(await parts.open(task)).toEqual([]);
    });

    it('keeps the first result of a part, and none of a round that is over', async () => {
      const { rounds, parts, history } = await open();
      const whole = spreadTerms(roundA);
      await rounds.begin(whole);
      await rounds.begin(termsOfPart(whole, 2));
      await parts.end(termsOfPart(whole, 1), resultOf(roundA, 'one'), sum);
      await parts.end(termsOfPart(whole, 1), resultOf(roundA, 'two'), sum.slice().reverse());
      expect((await parts.results(roundA)).get(1)).toEqual(resultOf(roundA, 'one'));
      expect(await parts.sum(roundA, 1)).toEqual(sum);
      await history.commit({ round: recordOf(roundA) });
      await parts.end(termsOfPart(whole, 2), resultOf(roundA, 'two'), sum);
      expect(await parts.results(roundA)).toEqual(new Map());
      expect(await rounds.underWay()).toEqual([]);
    });

    it('forgets a part without a result', async () => {
      const { rounds, parts } = await open();
      const whole = spreadTerms(roundA);
      await rounds.begin(whole);
      await rounds.begin(termsOfPart(whole, 2));
      await rounds.append(`${roundA}.2` as RoundId, [{ type: 'tick', time: 2 }]);
      await parts.forget(termsOfPart(whole, 2));
      expect((await rounds.underWay()).map(({ terms }) => terms)).toEqual([whole]);
      expect(await parts.results(roundA)).toEqual(new Map());
    });
  });
}
