import type { PlanPrivacy } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { Victim } from './victim.ts';

/** The app gives up what is not attacked here. */
const floors = {
  masking: 'off',
  uploadSlot: 0,
  contributions: { day: 100, model: 100 },
  privacy: 'any',
} as const;

const budget: PlanPrivacy = {
  budget: 'b1',
  step: 0,
  separation: 4,
  participations: 3,
  epsilon: 4,
  delta: 1e-6,
};
const update = { kind: 'ring', clip: 1, bits: 8, weighting: 'uniform', weightCap: 1 } as const;

const { training } = assignmentOf(new VirtualClock()).plan;

const plan = (privacy: Partial<PlanPrivacy>) => ({
  masking: null,
  uploadSlot: 0,
  update,
  privacy: { ...budget, ...privacy },
});

const uploads = ({ coordinator }: Victim): number => coordinator.uploads.length;

/** Asks for a part in each of these steps; the number of updates after each. */
async function asked(victim: Victim, steps: readonly number[], privacy: Partial<PlanPrivacy> = {}) {
  const sent: number[] = [];
  for (const [i, step] of steps.entries()) {
    await victim.assign(`${privacy.budget ?? ''}r${i}s${step}`, plan({ step, ...privacy }));
    sent.push(uploads(victim));
  }
  return sent;
}

describe('a coordinator that asks sooner or more often than its privacy budget allows', () => {
  it('RD15: gets an update each `separation` steps, and as many as the budget allows', async () => {
    const victim = await new Victim({ floors }).connect();
    expect(await asked(victim, [0, 1, 3, 4, 7, 8, 12, 16, 1_000])).toEqual([1, 1, 1, 2, 2, 3, 3, 3, 3]);
    expect(new Set(victim.floors)).toEqual(new Set(['privacy']));
    expect(new Set(victim.left)).toEqual(new Set(['declined']));
  });

  it('gets no more by going back to an earlier step', async () => {
    const victim = await new Victim({ floors }).connect();
    expect(await asked(victim, [8, 0, 4, 7, 11])).toEqual([1, 1, 1, 1, 1]);
  });

  it('gets one more for a step that released nothing, which is no second part', async () => {
    const victim = await new Victim({ floors }).connect();
    expect(await asked(victim, [0, 0, 4, 8, 12])).toEqual([1, 2, 3, 4, 4]);
  });

  it('gets no more after a restart', async () => {
    const first = await new Victim({ floors }).connect();
    expect(await asked(first, [5])).toEqual([1]);
    await first.device.client.stop();
    const { storage, clock } = first;
    const second = await new Victim({ floors, storage }, clock).connect();
    expect(await asked(second, [6, 8, 9])).toEqual([0, 0, 1]);
  });

  it.each([
    ['weights by examples', { update: { ...update, weighting: 'examples', weightCap: 32 } }],
    ['weights by losses', { training: { ...training, fairness: { q: 1, lipschitz: 1, unit: 1 } } }],
    ['updates without quantisation', { update: { ...update, kind: 'float32' } }],
    ['verdicts, which get no noise', { judged: 'a'.repeat(64) }],
  ] as const)('gets nothing for %s', async (_, change) => {
    const victim = await new Victim({ floors }).connect();
    await victim.assign('r1', { ...plan({}), ...(change as object) });
    expect([uploads(victim), victim.floors]).toEqual([0, ['privacy']]);
  });
});
