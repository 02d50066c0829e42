import { initialState } from '@murmuration/lifecycle/training-runs/state';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { AuditEntry } from '@murmuration/rounds/operators/audit';
import { recordOf } from '@murmuration/rounds/round/record';
import { emptyTally } from '@murmuration/rounds/round/round';
import type { Stores } from '@murmuration/storage/storage';
import { describe, expect, it } from 'vitest';
import { experiment } from './experiments.ts';
import { decision } from './gate-decisions.ts';
import { roundA, termsOf } from './rounds.ts';
import { run } from './training-runs.ts';

const task = 'line' as TaskName;
const model = '1'.repeat(64) as ModelHash;
const alias = { task, alias: 'champion', number: 1, model, newest: 1, setAt: 5, setBy: 'the gate' };
const endedRound = recordOf(
  {
    phase: 'failed',
    terms: termsOf(roundA),
    tally: emptyTally,
    during: 'updates',
    reason: 'Taken back.',
    endedBy: 'watch',
  },
  5,
  null,
  { up: 0, down: 0 },
  { phases: [], errors: {} },
);

const entry: AuditEntry = {
  time: 5,
  actor: { id: 'gate', name: 'the gate' },
  action: 'version.promote',
  subject: 'line@1',
  outcome: 'done',
  changes: [{ field: 'champion', from: 0, to: 1 }],
};

/** One that no log can take. */
const refused: AuditEntry = {
  ...entry,
  get subject(): string {
    throw new Error('The log is full.');
  },
};

/** What the coordinator does by itself: how it is committed, and what there is of it then. */
const acts: Record<
  string,
  readonly [
    commit: (storage: Stores, entries: readonly AuditEntry[]) => Promise<void>,
    kept: (storage: Stores) => Promise<unknown>,
  ]
> = {
  'an alias': [
    ({ aliases }, entries) => aliases.change(task, [alias], [], entries),
    async ({ aliases }) => (await aliases.of(task))[0],
  ],
  'a decision of a gate': [
    ({ gateDecisions }, entries) => gateDecisions.put(decision(task, 1), entries),
    async ({ gateDecisions }) => (await gateDecisions.of(task, [1])).get(1),
  ],
  'an experiment': [
    ({ experiments }, entries) => experiments.put(experiment('a', task), entries),
    async ({ experiments }) => (await experiments.all(task))[0],
  ],
  'a round that was ended': [
    ({ history }, entries) => history.commit({ round: endedRound, entries }),
    ({ history }) => history.round(task, endedRound.number),
  ],
  'a training run': [
    ({ runs }, entries) => runs.commit(task, { state: initialState, runs: [run(1)], records: [], entries }),
    ({ runs }) => runs.run(task, 1),
  ],
};

/** Every storage keeps what the coordinator does by itself together with its entries of the audit log, or neither; `reopen` opens it after a restart. */
export function ownActsContract(
  name: string,
  open: () => Promise<Stores>,
  reopen?: () => Promise<Stores>,
): void {
  describe.each(Object.entries(acts))(`${name} with what the log says of %s`, (_, [commit, kept]) => {
    it('keeps both', async () => {
      const storage = await open();
      const second = { ...entry, changes: null };
      await commit(storage, [entry, second]);
      const listed = [
        { ...second, number: 2 },
        { ...entry, number: 1 },
      ];
      expect(await kept(storage)).toBeDefined();
      expect(await storage.audit.list(9, 9)).toEqual(listed);
      if (!reopen) return;
      const after = await reopen();
      expect(await kept(after)).toBeDefined();
      expect(await after.audit.list(9, 9)).toEqual(listed);
    });

    it('keeps neither where the log can’t take the entry', async () => {
      const storage = await open();
      await expect(commit(storage, [refused])).rejects.toThrow();
      expect(await kept(storage)).toBeUndefined();
      expect(await storage.audit.list(9, 9)).toEqual([]);
      await commit(storage, [entry]);
      expect(await kept(storage)).toBeDefined();
    });
  });
}
