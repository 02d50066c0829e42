import { createHash } from 'node:crypto';
import type { DeviceId, RoundId } from '@murmuration/protocol/ids/ids';
import type { PrivacyBudgets } from '@murmuration/rounds/privacy/budgets';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { defineTask } from '@murmuration/rounds/task/define-task';
import type { Task } from '@murmuration/rounds/task/task';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { termsOf } from '../rounds/terms.ts';

export const parameters = { theta: [0.95, 0.5], omega: [0.2, 0.3] };

/** A task with BLT noise, of which anybody may take part in every round. */
export function bltTask(rounds: number): Task {
  const privacy = { epsilon: 4, delta: 1e-6, rounds, separation: 1 };
  const task = defineTask({
    name: 'values',
    model: () => {
      throw new Error('Nothing is trained.');
    },
    plan: { learningRate: 0.1 },
    update: { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform' },
    masking: 'off',
    privacy: { ...privacy, noise: 'independent' },
    cohort: { goal: 3, minimum: 2 },
    uploadSlot: 0,
    schedule: { every: '0 s' },
  });
  return { ...task, privacy: privacyOf({ ...privacy, noise: 'blt' }, { ...parameters, isFound: false }) };
}

export const seedOf = (step: number): Uint8Array =>
  new Uint8Array(createHash('sha256').update(`step ${step}`).digest());

/** The ledger, in which a step has the secret `seedOf` if it is claimed for the first time, and is offered another one after that. */
export function seeded(ledger: PrivacyLedger): PrivacyLedger {
  return {
    ...ledger,
    claim: async claim => {
      const taken = (await ledger.budgets(bltTask(1).name)).find(({ id }) => id === claim.budget)!.steps;
      const seed = claim.step < taken ? new Uint8Array(32).fill(255) : seedOf(claim.step);
      return ledger.claim({ ...claim, seed });
    },
  };
}

/** The noise of a step of a budget, as the sum of a round of its own gets it. */
export async function noiseOf(
  budgets: PrivacyBudgets,
  budget: string,
  step: number,
  count: number,
): Promise<Float32Array> {
  const task = bltTask(1);
  const privacy = { budget, step, separation: 1, participations: 1_000, epsilon: 4, delta: 1e-6 };
  const terms = {
    ...termsOf({ task: task.name, privacy }),
    id: `round-${step}`.padEnd(22, '-') as RoundId,
  };
  const release = await budgets.release(
    terms,
    ['device'.padEnd(22, '-') as DeviceId],
    { sensitivity: 1, count, contributors: 1, step: 1 },
    new AbortController().signal,
  );
  return release!.noise!;
}

export const hashOf = (noise: Float32Array): string => createHash('sha256').update(noise).digest('hex');
