import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { bltTask, hashOf, noiseOf, seeded } from './blt-steps.ts';
import { memoryBudgets } from './memory-budgets.ts';

const [rounds, count] = [5, 300];
const task = bltTask(rounds);
const touched = ['rememberedBefore', 'claim', 'memory', 'remember'] as const;

/** A ledger of a process that dies at one of its calls, just before or just after what that does. */
function dying(ledger: PrivacyLedger, at: number, when: 'before' | 'after'): PrivacyLedger {
  let calls = 0;
  const dies = <Work extends (...values: never[]) => Promise<unknown>>(work: Work) =>
    (async (...values: never[]) => {
      const isLast = calls++ === at;
      if (isLast && when === 'before') throw new Error('killed');
      const done = await work(...values);
      if (isLast) throw new Error('killed');
      return done;
    }) as unknown as Work;
  const mortal = Object.fromEntries(touched.map(name => [name, dies(ledger[name] as never)]));
  return { ...ledger, ...mortal };
}

/** The noise of all steps, of a coordinator that dies once; `isLost`: whether the round in which it dies is given up. */
async function played(at: number, when: 'before' | 'after', isLost = false): Promise<(string | undefined)[]> {
  const ledger = seeded(memoryPrivacy());
  const start = async (of: PrivacyLedger) => {
    const budgets = memoryBudgets({ random: seededRandom(1), clock: new VirtualClock(), ledger: of });
    await budgets.open(task.name);
    return budgets;
  };
  let budgets = await start(dying(ledger, at, when));
  const { budget } = (await budgets.next(task, false, count))!;
  const made = Array<string | undefined>(rounds).fill(undefined);
  for (let step = 0; step < rounds; step++) {
    try {
      made[step] = hashOf(await noiseOf(budgets, budget, step, count));
    } catch (error) {
      expect(error).toEqual(new Error('killed'));
      budgets = await start(ledger);
      const isTaken = (await ledger.budgets(task.name))[0]!.steps > step;
      if (!(isLost && isTaken)) made[step] = hashOf(await noiseOf(budgets, budget, step, count));
    }
  }
  return made;
}

describe('BLT noise of a coordinator that dies', () => {
  const calls = touched.length * rounds;

  it('is that of one that does not, wherever it dies', async () => {
    const whole = await played(calls, 'before');
    expect(new Set(whole).size).toBe(rounds);
    for (let at = 0; at < calls; at++)
      for (const when of ['before', 'after'] as const)
        expect([at, when, await played(at, when)]).toEqual([at, when, whole]);
  });

  it('takes back the noise of a round that was given up after it had its step', async () => {
    const whole = await played(calls, 'before');
    let lost = 0;
    for (let at = 0; at < calls; at++)
      for (const when of ['before', 'after'] as const) {
        const made = await played(at, when, true);
        if (made.includes(undefined)) lost += 1;
        expect([at, when, made.map((hash, step) => hash ?? whole[step])]).toEqual([at, when, whole]);
      }
    expect(lost).toBeGreaterThan(rounds);
  });

  it('is not made at all where what it remembers is gone', async () => {
    const ledger = seeded(memoryPrivacy());
    const budgets = memoryBudgets({ random: seededRandom(1), clock: new VirtualClock(), ledger });
    const { budget } = (await budgets.next(task, false, count))!;
    for (let step = 0; step < 2; step++) await noiseOf(budgets, budget, step, count);
    await ledger.erase(budget);
    await expect(noiseOf(budgets, budget, 2, count)).rejects.toMatchObject({ code: 'storage.corrupt' });
  });
});
