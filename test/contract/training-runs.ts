import { initialState } from '@murmuration/lifecycle/training-runs/state';
import type { RunStore } from '@murmuration/lifecycle/training-runs/store';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { FiringRecord, TrainingRun } from '@murmuration/rounds/events/training-run';
import { describe, expect, it } from 'vitest';

const task = 'spam' as TaskName;
const other = 'other' as TaskName;
const why = { trigger: 'drift', reason: 'It drifted.', figures: { share: 0.5, by: 'psi' }, at: 5 } as const;

export const run = (number: number, change: Partial<TrainingRun> = {}): TrainingRun => ({
  id: `run-${number}`.padEnd(22, '-'),
  task,
  number,
  why,
  startedAt: 10 * number,
  endedAt: null,
  ending: null,
  rounds: 0,
  failed: 0,
  metrics: null,
  ...change,
});

const record = (number: number, change: Partial<FiringRecord> = {}): FiringRecord => ({
  task,
  number,
  firing: why,
  count: 1,
  since: 5,
  outcome: 'suppressed',
  by: 'cooldown',
  until: 99,
  run: null,
  ...change,
});

/** What every store of training runs keeps to; `open` gives an empty one. */
export function trainingRunsContract(name: string, open: () => Promise<RunStore>): void {
  describe(`${name} as a store of training runs`, () => {
    it('has nothing of a task at first', async () => {
      const store = await open();
      expect(await store.state(task)).toBeUndefined();
      expect(await store.runs(task, Number.POSITIVE_INFINITY, 10)).toEqual([]);
      expect(await store.run(task, 1)).toBeUndefined();
      expect(await store.records(task, Number.POSITIVE_INFINITY, 10)).toEqual([]);
    });

    it('keeps a step as it is, each task by itself', async () => {
      const store = await open();
      const state = {
        ...initialState,
        runs: 1,
        memory: { cron: { kind: 'cron', at: 3 } as const },
      };
      await store.commit(task, { state, runs: [run(1)], records: [record(1)] });
      await store.commit(other, { state: initialState, runs: [], records: [] });
      expect(await store.state(task)).toEqual(state);
      expect(await store.state(other)).toEqual(initialState);
      expect(await store.run(task, 1)).toEqual(run(1));
      expect(await store.run(other, 1)).toBeUndefined();
      expect(await store.records(task, 2, 10)).toEqual([record(1)]);
    });

    it('has of each run and each record what was kept last', async () => {
      const store = await open();
      await store.commit(task, { state: initialState, runs: [run(1)], records: [record(1)] });
      const ended = run(1, {
        endedAt: 20,
        rounds: 2,
        metrics: { loss: Number.POSITIVE_INFINITY },
        ending: { reason: 'rounds', text: 'It has made 2 versions.' },
      });
      const counted = record(1, { count: 2, firing: { ...why, at: 6 } });
      await store.commit(task, { state: initialState, runs: [ended], records: [counted] });
      expect(await store.runs(task, Number.POSITIVE_INFINITY, 10)).toEqual([ended]);
      expect(await store.records(task, Number.POSITIVE_INFINITY, 10)).toEqual([counted]);
    });

    it('lists the newest first, in pages', async () => {
      const store = await open();
      const numbers = [1, 2, 3, 10];
      await store.commit(task, {
        state: initialState,
        runs: numbers.map(number => run(number)),
        records: numbers.map(number => record(number)),
      });
      for (const list of ['runs', 'records'] as const) {
        const page = async (before: number, limit: number) =>
          (await store[list](task, before, limit)).map(({ number }) => number);
        expect(await page(Number.POSITIVE_INFINITY, 3)).toEqual([10, 3, 2]);
        expect(await page(2, 3)).toEqual([1]);
      }
    });
  });
}
