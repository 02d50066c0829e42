import type {
  Experiment,
  ExperimentCounts,
  ExperimentStore,
  ExperimentUnit,
} from '@murmuration/lifecycle/experiments/experiment';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';

export function experiment(id: string, task: string, rest: Partial<Experiment> = {}): Experiment {
  return {
    id,
    task: task as TaskName,
    name: `of-${id}`,
    kind: 'ab',
    salt: 'salt',
    layer: { name: 'default', from: 0.1, to: 0.1 + 0.2 },
    key: { in: 'header', name: 'x-key' },
    covariate: { in: 'header', name: 'x-before' },
    arms: [{ name: 'a', number: 1, model: '1'.repeat(64) as ModelHash, share: 1 }],
    metric: 'accuracy',
    alpha: 0.05,
    planned: 100,
    guards: [],
    steps: null,
    step: 0,
    stepAt: 1,
    atLeast: 50,
    devices: false,
    createdAt: 1,
    createdBy: 'Ada',
    endsAt: null,
    endedAt: null,
    outcome: 'running',
    reason: null,
    ...rest,
  };
}

const counts: ExperimentCounts = {
  arms: { a: { requests: 7, failures: 1, agreed: 0, dropped: 2 } },
  ratio: { units: [3], p: 0.25 },
  anchor: 0.1,
};
const unit = (name: string, value: number | null = null): ExperimentUnit => ({
  unit: name,
  arm: 'a',
  failed: name === 'two',
  ms: 1.5,
  value,
  covariate: name === 'three' ? null : -0.1,
});
const byName = (units: readonly ExperimentUnit[]) => units.toSorted((a, b) => (a.unit < b.unit ? -1 : 1));

/** What every store of experiments keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function experimentsContract(
  name: string,
  open: () => Promise<ExperimentStore>,
  reopen?: () => Promise<ExperimentStore>,
): void {
  describe(`${name} as experiments`, () => {
    it('has them in the order in which they began, each as it was put last', async () => {
      const store = await open();
      for (const each of [experiment('x', 'a'), experiment('b', 'b'), experiment('c', 'a')])
        await store.put(each);
      const ended = experiment('x', 'a', { outcome: 'stopped', reason: 'Enough.', endedAt: 9 });
      await store.put(ended);
      expect(await store.all()).toEqual([ended, experiment('b', 'b'), experiment('c', 'a')]);
      expect(await store.all('a' as TaskName)).toEqual([ended, experiment('c', 'a')]);
    });

    it('has what was measured last, and each key once', async () => {
      const store = await open();
      await store.put(experiment('x', 'a'));
      expect([await store.counts('x'), await store.units('x')]).toEqual([undefined, []]);
      await store.measured('x', counts, [unit('one'), unit('two')]);
      const more = { ...counts, arms: { a: { ...counts.arms.a!, requests: 9 } } };
      await store.measured('x', more, [unit('one', 0.5), unit('three', 1)]);
      // What it is has nothing to do with what it measured.
      await store.put(experiment('x', 'a', { step: 1 }));
      expect(await store.counts('x')).toEqual(more);
      expect(byName(await store.units('x'))).toEqual([unit('one', 0.5), unit('three', 1), unit('two')]);
      // A device that has another arm now.
      await store.measured('x', more, [{ ...unit('two'), arm: 'other' }]);
      expect(byName(await store.units('x'))[2]).toEqual({ ...unit('two'), arm: 'other' });
      expect(await store.units('y')).toEqual([]);
    });

    it('forgets keys that are left out, and none of another experiment', async () => {
      const store = await open();
      for (const id of ['x', 'y']) {
        await store.put(experiment(id, 'a'));
        await store.measured(id, counts, [
          unit('7fffffffffffffff'),
          unit('8000000000000000'),
          unit('f'.repeat(16)),
        ]);
      }
      await store.measured('x', { ...counts, before: '8000000000000000' }, []);
      expect(await store.units('x')).toEqual([unit('7fffffffffffffff')]);
      expect(await store.units('y')).toHaveLength(3);
      expect(await store.counts('x')).toEqual({ ...counts, before: '8000000000000000' });
    });

    it.runIf(reopen)('has all of it again after a restart', async () => {
      const store = await open();
      await store.put(experiment('x', 'a'));
      await store.measured('x', counts, [unit('one', 1)]);
      const again = await reopen!();
      expect(await again.all()).toEqual([experiment('x', 'a')]);
      expect([await again.counts('x'), await again.units('x')]).toEqual([counts, [unit('one', 1)]]);
    });
  });
}
