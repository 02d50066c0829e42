import type { AssignmentId, DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { History } from '@murmuration/rounds/registry/ports';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { CohortTerms, RoundTerms } from '@murmuration/rounds/round/round';
import type { Checkpoint, JournalEntry, RoundStore } from '@murmuration/rounds/round/store';
import { describe, expect, it } from 'vitest';

const id = <Id extends string>(name: string) => name.padEnd(22, '-') as Id;
export const roundA = id<RoundId>('round-a');
export const roundB = id<RoundId>('round-b');
const a = roundA;
const b = roundB;

export function termsOf(round: RoundId): CohortTerms {
  return {
    kind: 'cohort',
    id: round,
    number: 3,
    plan: {
      task: 'line' as TaskName,
      version: 2,
      model: 'f'.repeat(64) as ModelHash,
      training: {
        epochs: 1,
        batchSize: 16,
        learningRate: 0.1,
        proximal: 0,
        gradientClip: null,
        maxExamples: 100,
        seed: 0,
      },
      update: { kind: 'ring', clip: 0.75, bits: 8, weighting: 'examples', weightCap: 32 },
      masking: null,
      largestCohort: 13,
      grace: 20_000,
    },
    cohortSize: 13,
    goal: 10,
    minimum: 5,
    startedAt: Date.UTC(2026, 0, 1),
    limits: { gathering: 1, keys: 2, shares: 3, updates: 4, agreement: 5, unmasking: 2 ** 40 },
  };
}

const { kind: _, ...common } = termsOf(a);

/** Terms of each kind. */
export const kinds: readonly RoundTerms[] = [
  { ...common, kind: 'cohort', run: 'run-1' },
  { ...common, kind: 'grouped', groups: { count: 4, smallest: 2 } },
  { ...common, kind: 'buffer', buffer: { concurrency: 20, maxStaleness: 4 } },
  { ...common, kind: 'spread', parts: { count: 3, smallest: 2 } },
  { ...common, kind: 'part', part: 2 },
];

/** One of each kind. */
const entries: readonly JournalEntry[] = [
  {
    type: 'drawn',
    time: Date.UTC(2026, 0, 1),
    members: [
      {
        device: id<DeviceId>('device'),
        assignment: id<AssignmentId>('one'),
        token: new Uint8Array(32).fill(7),
      },
    ],
  },
  {
    type: 'keys',
    assignment: id('one'),
    publicKey: new Uint8Array(32).fill(1),
    certificate: null,
    message: new Uint8Array(300).fill(2),
  },
  {
    type: 'keys',
    assignment: id('two'),
    publicKey: new Uint8Array(32),
    certificate: new Uint8Array(68).fill(3),
    message: new Uint8Array(0),
  },
  { type: 'shares', assignment: id('one'), message: new Uint8Array(100_000).fill(4) },
  { type: 'left', assignment: id('two') },
  { type: 'tick', time: 1_234.5 },
  { type: 'graced', time: 1_235.5, phase: 'shares' },
  { type: 'stated', statement: Uint8Array.of(5) },
  { type: 'agree', assignment: id('one'), message: new Uint8Array(64).fill(6) },
  { type: 'reveal', assignment: id('one'), message: Uint8Array.of(0, 255) },
];

export function checkpointOf(...names: readonly string[]): Checkpoint {
  return {
    contributors: names.map(name => ({
      assignment: id<AssignmentId>(name),
      digest: new Uint8Array(32).fill(name.length),
      signature: name === 'one' ? null : new Uint8Array(64).fill(name.length),
    })),
    sum: Uint8Array.from({ length: 5_000 }, (_, i) => i * names.length),
  };
}

export function recordOf(round: RoundId): RoundRecord {
  const { number, plan, startedAt } = termsOf(round);
  return {
    round,
    task: plan.task,
    number: round === a ? number : number + 1,
    planVersion: plan.version,
    base: plan.model,
    startedAt,
    endedAt: startedAt + 1_000,
    outcome: 'failed',
    model: null,
    failure: { during: 'updates', reason: 'Too few came.' },
    tally: { cohort: 5, accepted: 2, rejected: 0, late: 1, lost: 2 },
    metrics: null,
    traffic: { up: 0, down: 0 },
    phases: [],
    errors: {},
  };
}

interface Stores {
  readonly rounds: RoundStore;
  readonly history: History;
}

/**
 * What every store of rounds under way keeps to, together with the history that ends them; `open` gives empty ones, `reopen`,
 * of durable ones, those opened last as they are after a restart.
 */
export function roundsContract(
  name: string,
  open: () => Promise<Stores>,
  reopen?: () => Promise<Stores>,
): void {
  describe(`${name} as a store of rounds under way`, () => {
    it('is empty at first', async () => {
      const { rounds } = await open();
      expect(await rounds.underWay()).toEqual([]);
    });

    it('gives back terms and entries as they were, in their order', async () => {
      const { rounds } = await open();
      await rounds.begin(termsOf(a));
      await rounds.append(a, entries.slice(0, 3));
      await rounds.append(a, []);
      await rounds.append(a, entries.slice(3));
      expect(await rounds.underWay()).toEqual([{ terms: termsOf(a), entries, checkpoint: undefined }]);
    });

    it.each(kinds)('gives back the terms of a round of kind $kind', async terms => {
      const { rounds } = await open();
      await rounds.begin(terms);
      expect((await rounds.underWay()).map(each => each.terms)).toEqual([terms]);
    });

    it('takes thousands of entries at once', async () => {
      const { rounds } = await open();
      await rounds.begin(termsOf(a));
      const many = Array.from({ length: 2_500 }, (_, time): JournalEntry => ({ type: 'tick', time }));
      await rounds.append(a, many);
      expect((await rounds.underWay())[0]!.entries).toEqual(many);
    });

    it('keeps rounds apart, the one that began first first', async () => {
      const { rounds } = await open();
      for (const round of [b, a]) await rounds.begin(termsOf(round));
      await Promise.all([rounds.append(a, entries.slice(0, 2)), rounds.append(b, entries.slice(5))]);
      await rounds.checkpoint(a, checkpointOf('one', 'two'), { erase: true });
      expect(await rounds.underWay()).toEqual([
        { terms: termsOf(b), entries: entries.slice(5), checkpoint: undefined },
        { terms: termsOf(a), entries: entries.slice(0, 2), checkpoint: checkpointOf('one', 'two') },
      ]);
    });

    it('leaves a round as it is that begins again', async () => {
      const { rounds } = await open();
      await rounds.begin(termsOf(a));
      await rounds.append(a, entries);
      await rounds.begin({ ...termsOf(a), number: 9 });
      expect(await rounds.underWay()).toEqual([{ terms: termsOf(a), entries, checkpoint: undefined }]);
    });

    it('refuses entries and sums of a round that has not begun, or is over', async () => {
      const { rounds, history } = await open();
      const refused = async () => {
        await expect(rounds.append(a, entries)).rejects.toMatchObject({ code: 'storage.failed' });
        await expect(rounds.checkpoint(a, checkpointOf('one'), { erase: true })).rejects.toMatchObject({
          code: 'storage.failed',
        });
      };
      await refused();
      await rounds.begin(termsOf(a));
      await history.commit({ round: recordOf(a) });
      await refused();
      expect(await rounds.underWay()).toEqual([]);
    });

    it.each([true, false])(
      'replaces checkpoints, whole, whether they are erased (%s) or not',
      async erase => {
        const { rounds } = await open();
        await rounds.begin(termsOf(a));
        const names = ['one', 'two', 'three', 'four', 'five'];
        for (let count = 1; count <= names.length; count++) {
          const checkpoint = checkpointOf(...names.slice(0, count));
          await rounds.checkpoint(a, checkpoint, { erase });
          expect((await rounds.underWay())[0]!.checkpoint).toEqual(checkpoint);
        }
        const smaller = { contributors: [], sum: new Uint8Array(0) };
        await rounds.checkpoint(a, smaller, { erase });
        expect((await rounds.underWay())[0]!.checkpoint).toEqual(smaller);
      },
    );

    it('keeps what it was given, whatever becomes of the buffers', async () => {
      const { rounds } = await open();
      await rounds.begin(termsOf(a));
      const message = Uint8Array.of(1, 2, 3);
      const sum = Uint8Array.of(4, 5, 6);
      await rounds.append(a, [{ type: 'stated', statement: message }]);
      await rounds.checkpoint(a, { contributors: [], sum }, { erase: false });
      message.fill(9);
      sum.fill(9);
      const [saved] = await rounds.underWay();
      expect(saved!.entries).toEqual([{ type: 'stated', statement: Uint8Array.of(1, 2, 3) }]);
      expect(saved!.checkpoint!.sum).toEqual(Uint8Array.of(4, 5, 6));
    });

    it('forgets a round with its record, and no other', async () => {
      const { rounds, history } = await open();
      for (const round of [a, b]) {
        await rounds.begin(termsOf(round));
        await rounds.append(round, entries);
        await rounds.checkpoint(round, checkpointOf('one'), { erase: true });
      }
      await history.commit({ round: recordOf(a) });
      expect(await rounds.underWay()).toEqual([
        { terms: termsOf(b), entries, checkpoint: checkpointOf('one') },
      ]);
      expect(await history.rounds(recordOf(a).task, 99, 9)).toEqual([recordOf(a)]);
      // Were its name taken again, nothing of it would come back.
      await rounds.begin(termsOf(a));
      expect((await rounds.underWay())[1]).toEqual({ terms: termsOf(a), entries: [], checkpoint: undefined });
    });

    it.runIf(reopen)('has all again after a restart, and goes on', async () => {
      const before = await open();
      for (const round of [a, b]) await before.rounds.begin(termsOf(round));
      await before.rounds.append(a, entries.slice(0, 4));
      for (const names of [['one'], ['one', 'two'], ['one', 'two', 'three']])
        await before.rounds.checkpoint(a, checkpointOf(...names), { erase: true });
      await before.history.commit({ round: recordOf(b) });
      const { rounds } = await reopen!();
      await rounds.append(a, entries.slice(4));
      const saved = { terms: termsOf(a), entries, checkpoint: checkpointOf('one', 'two', 'three') };
      expect(await rounds.underWay()).toEqual([saved]);
      const next = checkpointOf('one', 'two', 'three', 'four', 'five');
      await rounds.checkpoint(a, next, { erase: true });
      expect(await rounds.underWay()).toEqual([{ ...saved, checkpoint: next }]);
    });
  });
}
