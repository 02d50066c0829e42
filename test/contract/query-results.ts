import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { defineQuery } from '@murmuration/protocol/queries/define-query';
import type { History } from '@murmuration/rounds/registry/ports';
import type { QueryResult, QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { describe, expect, it } from 'vitest';

const all = Number.POSITIVE_INFINITY;
const line = 'line' as TaskName;

interface Kept {
  readonly queryResults: QueryResultStore;
  readonly history: Pick<History, 'commit' | 'round'>;
}

function resultOf(number: number, name = 'taken', task = line): QueryResult {
  const isShown = number % 2 === 1;
  return {
    task,
    query: defineQuery({ name, kind: 'count' }),
    round: `round-${number}`.padEnd(22, '-') as RoundId,
    number,
    startedAt: 1_000 * number,
    endedAt: 1_000 * number + 500,
    devices: isShown ? 12 : null,
    figures: isShown
      ? { kind: 'count', count: number, share: { value: 1 / 3, low: 1e-3, high: 0.75 } }
      : null,
    failure: isShown ? null : 'Too few came: “nur 1”.',
  };
}

function recordOf({ task, round, number, startedAt, endedAt }: QueryResult): RoundRecord {
  return {
    round,
    task,
    number,
    planVersion: 1,
    base: '0'.repeat(64) as ModelHash,
    startedAt,
    endedAt,
    outcome: 'published',
    query: 'taken',
    model: null,
    failure: null,
    tally: { cohort: 12, accepted: 12, rejected: 0, late: 0, lost: 0 },
    metrics: null,
    traffic: { up: 0, down: 0 },
    phases: [],
    errors: {},
  };
}

/** What every store of results of queries keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function queryResultsContract(
  name: string,
  open: () => Promise<Kept>,
  reopen?: () => Promise<Kept>,
): void {
  describe(`${name} as a store of results of queries`, () => {
    it('has those of each query of each task, newest first, in pages', async () => {
      const { queryResults, history } = await open();
      for (let number = 1; number <= 5; number++) await history.commit({ result: resultOf(number) });
      await history.commit({ result: resultOf(6, 'other') });
      await history.commit({ result: resultOf(7, 'taken', 'plane' as TaskName) });
      await history.commit({ result: undefined });
      const found = await queryResults.results(line, 'taken', all, 3);
      expect(found).toEqual([5, 4, 3].map(number => resultOf(number)));
      expect(await queryResults.results(line, 'taken', 3, 9)).toEqual([resultOf(2), resultOf(1)]);
      expect(await queryResults.results(line, 'none', all, 9)).toEqual([]);
    });

    it('keeps the newest 1,000 of each query', async () => {
      const { queryResults, history } = await open();
      // At once, so that a folder writes many of them together.
      const numbered = Array.from({ length: 1_003 }, (_, i) => resultOf(i + 1));
      await Promise.all(numbered.map(result => history.commit({ result })));
      const numbers = (await queryResults.results(line, 'taken', all, 2_000)).map(({ number }) => number);
      expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([1_000, 1_003, 4]);
    });

    it('knows which queries somebody wants asked, and since when', async () => {
      const { queryResults } = await open();
      expect(await queryResults.wanted(line)).toEqual(new Map());
      await queryResults.want(line, 'taken', 5);
      await queryResults.want(line, 'other', 7);
      await queryResults.want('plane' as TaskName, 'taken', 8);
      await queryResults.want(line, 'taken', 9);
      expect(new Map(await queryResults.wanted(line))).toEqual(
        new Map([
          ['taken', 9],
          ['other', 7],
        ]),
      );
    });

    it.runIf(reopen)('knows that after a restart', async () => {
      await (await open()).queryResults.want(line, 'taken', 5);
      expect(await (await reopen!()).queryResults.wanted(line)).toEqual(new Map([['taken', 5]]));
    });

    it('QY7: has what a query found together with its round, or neither', async () => {
      const { queryResults, history } = await open();
      const result = resultOf(1);
      await history.commit({ round: recordOf(result), result });
      await expect(history.commit({ round: recordOf(result), result: resultOf(3) })).rejects.toThrow();
      expect(await queryResults.results(line, 'taken', all, 9)).toEqual([result]);
      expect(await history.round(line, 1)).toEqual(recordOf(result));
    });

    it.runIf(reopen)('QY7: has them again after a restart', async () => {
      await (await open()).history.commit({ result: resultOf(7) });
      expect(await (await reopen!()).queryResults.results(line, 'taken', all, 9)).toEqual([resultOf(7)]);
    });
  });
}
