import { createHash } from 'node:crypto';
import type { Claim, PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { maskedDeadlines } from '../../server/masked-deadlines.ts';
import type { MaskedDevice } from '../../server/masked-device.ts';
import type { SpreadWorld } from '../../server/spread-world.ts';

/** Devices of a task whose rounds are spread over three cells. */
export const count = 48;
export const privacy = { epsilon: 4, delta: 1e-5, rounds: 4, separation: 2 };
export const definition = {
  masking: { threat: 'malicious', corrupt: 0.05, dropping: 0.1, smallestGroup: 3 },
  update: { kind: 'ring', clip: 1, bits: 12, weighting: 'uniform' },
  cohort: { goal: count, minimum: 9, overSelection: 1, cells: 3 },
  deadlines: maskedDeadlines,
  schedule: { every: '1 h' },
  privacy,
} as Partial<TaskDefinition>;

/** The ledger, in which the noise of a step follows from the same secret in every test, and whoever claims a step again offers another one. */
export function seeded(
  ledger: PrivacyLedger = memoryPrivacy(),
): PrivacyLedger & { readonly taken: readonly Claim[] } {
  const taken: Claim[] = [];
  return {
    taken,
    ...ledger,
    async claim(claim) {
      const seed = taken.some(({ step }) => step === claim.step)
        ? new Uint8Array(32).fill(255)
        : new Uint8Array(createHash('sha256').update(`step ${claim.step}`).digest());
      const seeds = await ledger.claim({ ...claim, seed });
      if (!taken.some(({ step }) => step === claim.step)) taken.push(claim);
      return seeds;
    },
  };
}

/** One step of some devices, or of all. */
export async function step(
  { clock, devices }: SpreadWorld,
  some: readonly MaskedDevice[] = devices,
): Promise<void> {
  for (const device of some) await device.step().catch(() => {});
  await clock.advance(0);
}

export const budgetsOf = ({ ledger, task }: SpreadWorld) => ledger.budgets(task.name);
