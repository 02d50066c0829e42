import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { DeviceAccounts } from '@murmuration/rounds/privacy/device-accounts';
import type { Claim, PageOfParts, PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { PartDeal } from '@murmuration/storage/leases/parts';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const name = 'keyboard' as TaskName;
const privacy = {
  ...privacyOf({
    epsilon: 4,
    delta: 1e-7,
    rounds: 40,
    separation: 5,
    noise: 'independent',
  }),
  participations: 3,
};
const task = { privacy };
const devices = Array.from({ length: 300 }, (_, i) => `device-${i}`.padEnd(22, '-') as DeviceId);
const deal = new PartDeal(new Uint8Array(32).fill(3));
const inPart = (part: number, count: number) => (device: DeviceId) => deal.of(name, device, count) === part;

const claimOf = (step: number, contributors: readonly DeviceId[], change: Partial<Claim> = {}): Claim => ({
  budget: 'first',
  step,
  round: `round-${step}`.padEnd(22, '-') as RoundId,
  seed: new Uint8Array(32),
  contributors,
  oldest: step,
  ...change,
});

async function openLedger(): Promise<PrivacyLedger> {
  const ledger = memoryPrivacy();
  await ledger.open({ id: 'first', task: name, terms: privacy, openedAt: 0 });
  return ledger;
}

const accountsOf = (
  ledger: Pick<PrivacyLedger, 'budgets' | 'parts'>,
  isOwn?: (device: DeviceId) => boolean,
) => new DeviceAccounts(name, { ledger, random: seededRandom(1) }, isOwn);

/** Devices that may not take part in a step, by all steps that were taken: what accounts have to come to. */
function outAt(step: number, taken: readonly (readonly DeviceId[])[]): DeviceId[] {
  return devices.filter(device => {
    const own = taken.flatMap((contributors, at) => (contributors.includes(device) ? [at] : []));
    const last = own.at(-1);
    if (last === undefined) return false;
    return own.length >= privacy.participations ? step < privacy.rounds : step < last + privacy.separation;
  });
}

const outOf = (accounts: DeviceAccounts) => devices.filter(device => accounts.outOf(task, device));

describe('the accounts of devices under a privacy budget', () => {
  it('let in whom the steps that were taken let in, step by step and read at once, whole and in parts', async () => {
    const random = seededRandom(8);
    const ledger = await openLedger();
    const own = accountsOf(ledger);
    await own.follow();
    const followed = [1, 2, 3].map(part => accountsOf(ledger, inPart(part, 3)));
    const taken: DeviceId[][] = [];
    for (let step = 0; step < privacy.rounds; step++) {
      const out = outAt(step, taken);
      const may = devices.filter(device => !out.includes(device) && random(1)[0]! < 70);
      await ledger.claim(claimOf(step, may));
      own.took('first', step, may);
      taken.push(may);
      // Parts look now and then, also where nothing is new.
      if (step % 3 === 0) for (const each of followed) await each.follow();
      if (step % 7 !== 0) continue;
      const expected = outAt(step + 1, taken);
      const later = accountsOf(ledger);
      await later.follow();
      for (const each of followed) await each.follow({ budget: 'first', step: step + 1 });
      for (const accounts of [own, later]) {
        expect(outOf(accounts)).toEqual(expected);
        expect(accounts.out).toBe(expected.length);
      }
      for (const [i, accounts] of followed.entries()) {
        const ofPart = expected.filter(inPart(i + 1, 3));
        expect(outOf(accounts)).toEqual(ofPart);
        expect(accounts.out).toBe(ofPart.length);
      }
      expect(own.size).toBe(new Set(taken.flat()).size);
    }
    expect(taken.flat().length).toBeGreaterThan(600);
    // The budget is spent: nobody is held to it any more.
    for (const accounts of [own, ...followed]) {
      await accounts.follow();
      expect(accounts.out).toBe(outAt(privacy.rounds, taken).length);
    }
  });

  it('are those of the devices of a part only, and of all of these where the number of parts changes', async () => {
    const ledger = await openLedger();
    await ledger.claim(claimOf(0, devices));
    for (const count of [1, 2, 3, 5]) {
      const parts = Array.from({ length: count }, (_, i) => accountsOf(ledger, inPart(i + 1, count)));
      for (const each of parts) await each.follow();
      for (const [i, each] of parts.entries())
        expect(each.size).toBe(devices.filter(inPart(i + 1, count)).length);
      expect(parts.flatMap(outOf).sort()).toEqual([...devices].sort());
    }
  });

  it('read of a part only those whom they keep from the next step', async () => {
    const ledger = await openLedger();
    const taken: DeviceId[][] = [];
    let steps = 0;
    // So few that all count; so few that nobody can have had all parts; and some who have.
    for (const many of [4, 9, 24]) {
      for (; steps < many; steps++) {
        const out = outAt(steps, taken);
        const may = devices.filter((device, i) => (i + steps) % 10 === 0 && !out.includes(device));
        await ledger.claim(claimOf(steps, may));
        taken.push(may);
      }
      let rows = 0;
      const counting: Pick<PrivacyLedger, 'budgets' | 'parts'> = {
        budgets: of => ledger.budgets(of),
        async parts(...args) {
          const page = await ledger.parts(...args);
          rows += page.length;
          return page;
        },
      };
      const expected = outAt(steps, taken);
      const parts = [1, 2].map(part => accountsOf(counting, inPart(part, 2)));
      for (const accounts of parts) await accounts.follow();
      expect(rows).toBe(2 * expected.length);
      for (const [i, accounts] of parts.entries())
        expect(outOf(accounts)).toEqual(expected.filter(inPart(i + 1, 2)));
      // A task's own accounts have all, since its steps are counted here.
      rows = 0;
      await accountsOf(counting).follow();
      const all = new Set(taken.flat()).size;
      expect([rows, all > expected.length]).toEqual([all, many > 4]);
    }
  });

  it('let nobody in before all of them are read, nor where another budget has begun', async () => {
    const ledger = await openLedger();
    await ledger.claim(claimOf(0, devices.slice(0, 10)));
    const accounts = accountsOf(ledger);
    const fresh = devices[99]!;
    const reading = { reason: 'the coordinator reads who has taken part under the privacy budget', steps: 0 };
    expect(accounts.outOf(task, fresh)).toEqual(reading);
    expect(accounts.outOf({ privacy: null }, fresh)).toBeUndefined();
    await accounts.follow();
    expect(accounts.outOf(task, fresh)).toBeUndefined();
    expect(accounts.outOf(task, devices[0]!)).toMatchObject({ steps: 4 });
    await ledger.open({ id: 'second', task: name, terms: privacy, openedAt: 1 });
    await ledger.claim(claimOf(0, [fresh], { budget: 'second' }));
    await accounts.follow();
    expect(outOf(accounts)).toEqual([fresh]);
    expect(accounts.size).toBe(1);
  });

  it('have read nothing for good where reading was given up, and go on where it was', async () => {
    const many = Array.from({ length: 12_000 }, (_, i) => `many-${i}`.padEnd(22, '-') as DeviceId);
    const ledger = await openLedger();
    await ledger.claim(claimOf(0, many));
    const pages: PageOfParts[] = [];
    let fails = false;
    const accounts = accountsOf({
      budgets: task => ledger.budgets(task),
      async parts(budget, page) {
        pages.push(page);
        if (fails) throw new MurmurationError('storage.failed');
        return await ledger.parts(budget, page);
      },
    });
    await accounts.follow(undefined, () => pages.length < 2);
    expect(accounts.outOf(task, many[0]!)).toMatchObject({ steps: 0 });
    fails = true;
    await expect(accounts.follow()).rejects.toMatchObject({ code: 'storage.failed' });
    expect(accounts.outOf(task, devices[0]!)).toMatchObject({ steps: 0 });
    fails = false;
    // Of those who are read twice now, some have taken part again meanwhile.
    for (let step = 1; step < 5; step++) await ledger.claim(claimOf(step, devices.slice(step, step + 1)));
    await ledger.claim(claimOf(5, many.slice(0, 6_000)));
    await accounts.follow();
    expect(accounts.size).toBe(12_004);
    expect(many.filter(device => accounts.outOf(task, device))).toEqual(many.slice(0, 6_000));
    expect(accounts.out).toBe(6_003);
    // No page has more than so many, and what was read was not read again.
    expect(Math.max(...pages.map(({ limit }) => limit))).toBeLessThanOrEqual(5_000);
    expect(pages.filter(({ after }) => after === undefined)).toHaveLength(1);
  });

  it('count a step once that they read from the ledger as it is taken here', async () => {
    const ledger = await openLedger();
    const contributors = devices.slice(0, 3);
    const accounts = accountsOf(ledger);
    await accounts.follow();
    for (let step = 0; step < 3; step++) {
      await ledger.claim(claimOf(5 * step, contributors));
      await accounts.follow();
      accounts.took('first', 5 * step, contributors);
      // Parts, of three.
      expect((await ledger.partsOf('first', contributors)).get(devices[0]!)?.parts).toBe(step + 1);
      const left = accounts.outOf(task, devices[0]!)!;
      expect(left.reason).toMatch(step < 2 ? /one of 5 rounds/ : /taken part 3 times/);
      for (let other = 1; other < 5; other++) {
        const at = 5 * step + other;
        await ledger.claim(claimOf(at, []));
        accounts.took('first', at, []);
        accounts.took('first', at, []);
        accounts.took('another', at, contributors);
      }
      if (step < 2) expect(accounts.outOf(task, devices[0]!)).toBeUndefined();
    }
  });

  it('do not take an older part for the newer one where a page comes late', async () => {
    const ledger = await openLedger();
    await ledger.claim(claimOf(0, devices.slice(0, 3)));
    let late: (() => void) | undefined;
    const accounts = accountsOf({
      budgets: task => ledger.budgets(task),
      async parts(budget, page) {
        const found = await ledger.parts(budget, page);
        if (!late)
          await new Promise<void>(resolve => {
            late = resolve;
          });
        return found;
      },
    });
    const first = accounts.follow();
    while (!late) await Promise.resolve();
    for (let step = 1; step < 5; step++) await ledger.claim(claimOf(step, []));
    await ledger.claim(claimOf(5, devices.slice(0, 2)));
    await accounts.follow();
    late();
    await first;
    expect(outOf(accounts)).toEqual(devices.slice(0, 2));
    expect(accounts.outOf(task, devices[0]!)).toMatchObject({ steps: 4 });
  });
});
