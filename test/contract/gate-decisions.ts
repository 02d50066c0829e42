import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { GateDecision, GateDecisionStore } from '@murmuration/rounds/registry/gate-decisions';
import { describe, expect, it } from 'vitest';

const hashOf = (digit: number) => String(digit).repeat(64) as ModelHash;

export function decision(task: string, number: number, rest: Partial<GateDecision> = {}): GateDecision {
  return {
    task: task as TaskName,
    number,
    model: hashOf(number),
    against: { number: 0, model: hashOf(0) },
    outcome: 'failed',
    reason: 'Worse.',
    checks: [
      {
        rule: 'better',
        metric: 'top1',
        slice: null,
        champion: 0.5,
        challenger: 0.1 + 0.2,
        limit: 0,
        test: { kind: 'paired-bootstrap', units: 'examples', count: 9, interval: [-1, -0], p: 1 },
        passed: false,
        text: 'Worse.',
      },
    ],
    decidedAt: 5,
    promotedAt: null,
    heldBy: null,
    rolledBack: null,
    ...rest,
  };
}

/** What every store of decisions of gates keeps to; `open` gives an empty one. */
export function gateDecisionsContract(name: string, open: () => Promise<GateDecisionStore>): void {
  describe(`${name} as decisions of gates`, () => {
    it('has the last one on each version, with all its figures', async () => {
      const store = await open();
      await store.put(decision('a', 1));
      await store.put(decision('a', 2));
      await store.put(decision('b', 1, { outcome: 'undecided', checks: [] }));
      await store.put(decision('a', 2, { outcome: 'passed', reason: null, promotedAt: 7, heldBy: 'Ada' }));
      const found = await store.of('a' as TaskName, [1, 2, 3]);
      expect(found).toEqual(
        new Map([
          [1, decision('a', 1)],
          [2, decision('a', 2, { outcome: 'passed', reason: null, promotedAt: 7, heldBy: 'Ada' })],
        ]),
      );
      expect((await store.of('b' as TaskName, [1])).get(1)?.outcome).toBe('undecided');
      expect(await store.of('a' as TaskName, [])).toEqual(new Map());
    });

    it('forgets those on models that are no longer kept', async () => {
      const store = await open();
      await store.put(decision('a', 1));
      await store.put(decision('a', 2));
      await store.retain(new Set([hashOf(2)]));
      expect([...(await store.of('a' as TaskName, [1, 2])).keys()]).toEqual([2]);
    });
  });
}
