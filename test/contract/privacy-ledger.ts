import type { Budget, Claim, PrivacyLedger } from '@murmuration/coordinator/privacy/ledger';
import { privacyOf } from '@murmuration/coordinator/task/task-privacy';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { describe, expect, it } from 'vitest';
import { codeOfPromise } from '../unit/codes.ts';

const task = 'keyboard' as TaskName;
const terms = privacyOf({ epsilon: 4, delta: 1e-7, rounds: 20, separation: 2, noise: 'correlated' });
const first: Budget = { id: 'b1', task, terms, openedAt: 1_000 };
const second: Budget = { id: 'b2', task, terms: null, openedAt: 2_000 };
const [ann, bob, eve] = ['ann', 'bob', 'eve'].map(name => name.padEnd(22, '-')) as DeviceId[] as [
  DeviceId,
  DeviceId,
  DeviceId,
];
const round = (number: number) => `round-${number}`.padEnd(22, '-') as RoundId;
const seed = (value: number) => new Uint8Array(32).fill(value);

const claimOf = (step: number, change: Partial<Claim> = {}): Claim => ({
  budget: first.id,
  step,
  round: round(step),
  seed: seed(step + 1),
  contributors: [ann, bob],
  oldest: 0,
  ...change,
});

/** What every ledger of privacy keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function privacyLedgerContract(
  name: string,
  open: () => Promise<PrivacyLedger>,
  reopen?: () => Promise<PrivacyLedger>,
): void {
  describe(`${name} as a ledger of privacy`, () => {
    it('has the budgets of a task in the order in which they were begun, with what is spent', async () => {
      const ledger = await open();
      expect(await ledger.budgets(task)).toEqual([]);
      await ledger.open(first);
      await ledger.open(second);
      await ledger.open({ ...first, id: 'other', task: 'other' as TaskName });
      await ledger.claim(claimOf(0));
      await ledger.claim(claimOf(1, { contributors: [eve] }));
      expect(await ledger.budgets(task)).toEqual([
        { ...first, steps: 2, counted: [2, 1] },
        { ...second, steps: 0, counted: [] },
      ]);
    });

    it('keeps the budgets of queries apart from those of versions, and counts answers without parts', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      const asked: Budget = { ...first, id: 'q1', query: 'taken' };
      await ledger.open(asked);
      await ledger.open({ ...asked, id: 'q2', query: 'rare', terms: null });
      await ledger.open({ ...asked, id: 'q3', task: 'other' as TaskName });
      const claim = claimOf(0, { budget: 'q1', contributors: [], counted: 12 });
      await ledger.claim(claim);
      await ledger.claim(claim);
      expect(await codeOfPromise(ledger.claim({ ...claim, round: round(9) }))).toBe('round.closed');
      expect(await ledger.budgets(task)).toEqual([{ ...first, steps: 1, counted: [2] }]);
      expect(await ledger.queryBudgets(task)).toEqual([
        { ...asked, steps: 1, counted: [12] },
        { ...asked, id: 'q2', query: 'rare', terms: null, steps: 0, counted: [] },
      ]);
      expect(await ledger.parts('q1')).toEqual(new Map());
      // The secrets of versions are still there.
      expect((await ledger.claim(claimOf(1))).get(0)).toEqual(seed(1));
      if (reopen) expect(await (await reopen()).queryBudgets(task)).toHaveLength(2);
    });

    it('counts the parts of devices, and when each had its last', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      await ledger.claim(claimOf(1, { contributors: [eve] }));
      await ledger.claim(claimOf(2, { contributors: [bob, eve] }));
      expect(await ledger.parts(first.id)).toEqual(
        new Map([
          [ann, { step: 0, parts: 1 }],
          [bob, { step: 2, parts: 2 }],
          [eve, { step: 2, parts: 2 }],
        ]),
      );
      // What is new since a step.
      expect([...(await ledger.parts(first.id, 1)).keys()].sort()).toEqual([bob, eve]);
      expect(await ledger.parts(first.id, 3)).toEqual(new Map());
      expect(await ledger.parts('another')).toEqual(new Map());
    });

    it('takes a step for a round once, and keeps to the secret that it was given first', async () => {
      const ledger = await open();
      await ledger.open(first);
      const [one, again] = [
        await ledger.claim(claimOf(0)),
        await ledger.claim(claimOf(0, { seed: seed(99) })),
      ];
      expect([one, again]).toEqual([new Map([[0, seed(1)]]), new Map([[0, seed(1)]])]);
      expect((await ledger.parts(first.id)).get(ann)).toEqual({ step: 0, parts: 1 });
      expect(await ledger.budgets(task)).toEqual([{ ...first, steps: 1, counted: [2] }]);
    });

    it('gives a step to no second round, and no round a step that is not the next', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      for (const wrong of [
        claimOf(0, { round: round(7) }),
        claimOf(2),
        claimOf(3),
        claimOf(1, { budget: first.id, step: 5 }),
      ])
        await expect(ledger.claim(wrong)).rejects.toMatchObject({ code: 'round.closed' });
      expect(await ledger.budgets(task)).toEqual([{ ...first, steps: 1, counted: [2] }]);
      expect((await ledger.parts(first.id)).get(ann)).toEqual({ step: 0, parts: 1 });
    });

    it('forgets the secrets that nothing follows from any more', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      await ledger.claim(claimOf(1));
      expect(await ledger.claim(claimOf(2, { oldest: 1 }))).toEqual(
        new Map([
          [1, seed(2)],
          [2, seed(3)],
        ]),
      );
      expect((await ledger.budgets(task))[0]?.steps).toBe(3);
    });

    it('keeps what noise remembers, in one piece, until the step before which it was has passed', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      expect([await ledger.rememberedBefore(first.id, 9), await ledger.memory(first.id, 0)]).toEqual([
        0,
        undefined,
      ]);
      const memory = Uint8Array.from({ length: 2_500_000 }, (_, i) => i % 251);
      await ledger.remember(first.id, 1, memory);
      await ledger.remember(
        first.id,
        1,
        memory.map(value => value + 1),
      );
      await ledger.remember(first.id, 2, seed(7));
      expect(Buffer.compare((await ledger.memory(first.id, 1))!, memory)).toBe(0);
      expect(await Promise.all([0, 1, 2, 3].map(step => ledger.rememberedBefore(first.id, step)))).toEqual([
        0, 1, 2, 2,
      ]);
      await ledger.claim(claimOf(1, { oldest: 1 }));
      expect(await ledger.rememberedBefore(first.id, 1)).toBe(1);
      await ledger.claim(claimOf(2, { oldest: 2 }));
      expect(await ledger.memory(first.id, 1)).toBeUndefined();
      expect(await ledger.memory(first.id, 2)).toEqual(seed(7));
    });

    it('erases the secrets of a budget when it is told to, and when another one begins', async () => {
      const ledger = await open();
      await ledger.open({ ...first, id: 'other', task: 'other' as TaskName });
      for (const id of [first.id, 'other']) {
        if (id === first.id) await ledger.open(first);
        await ledger.claim(claimOf(0, { budget: id }));
        await ledger.remember(id, 1, seed(8));
      }
      await ledger.open(second);
      expect(await ledger.memory(first.id, 1)).toBeUndefined();
      expect(await ledger.claim(claimOf(1))).toEqual(new Map([[1, seed(2)]]));
      expect(await ledger.memory('other', 1)).toEqual(seed(8));
      await ledger.erase('other');
      expect(await ledger.memory('other', 1)).toBeUndefined();
      expect(await ledger.claim(claimOf(0, { budget: 'other' }))).toEqual(new Map());
      expect((await ledger.budgets('other' as TaskName))[0]?.steps).toBe(1);
    });

    it('takes more contributors than a statement of a database has room for', async () => {
      const ledger = await open();
      await ledger.open(first);
      const many = Array.from({ length: 20_001 }, (_, i) => `${i}`.padEnd(22, '-') as DeviceId);
      await ledger.claim(claimOf(0, { contributors: many }));
      expect((await ledger.parts(first.id)).size).toBe(20_001);
    });

    it.runIf(reopen)('has it all again after a restart', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      await ledger.remember(first.id, 1, seed(5));
      const later = await reopen!();
      expect(await later.memory(first.id, 1)).toEqual(seed(5));
      expect(await later.budgets(task)).toEqual([{ ...first, steps: 1, counted: [2] }]);
      expect((await later.parts(first.id)).get(bob)).toEqual({ step: 0, parts: 1 });
      expect(await later.claim(claimOf(0, { seed: seed(99) }))).toEqual(new Map([[0, seed(1)]]));
    });
  });
}
