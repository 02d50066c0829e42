import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { settled, VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { AskedAccounts } from '@murmuration/rounds/privacy/asked-accounts';
import type { Claim, Parts, PrivacyLedger } from '@murmuration/rounds/privacy/ledger';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { memoryPrivacy } from '@murmuration/storage/memory/privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';

const name = 'keyboard' as TaskName;
const privacy = {
  ...privacyOf({
    epsilon: 4,
    delta: 1e-7,
    rounds: 40,
    separation: 4,
    noise: 'independent',
  }),
  participations: 3,
};
const task = { privacy };
const deviceOf = (index: number) => `device-${index}`.padEnd(22, '-') as DeviceId;
/** More than a page has room for. */
const many = Array.from({ length: 11_000 }, (_, i) => deviceOf(i));
const strangers = Array.from({ length: 300 }, (_, i) => `stranger-${i}`.padEnd(22, '-') as DeviceId);
const reading = { reason: 'the coordinator reads who has taken part under the privacy budget', steps: 0 };

const claimOf = (step: number, contributors: readonly DeviceId[]): Claim => ({
  budget: 'first',
  step,
  round: `round-${step}`.padEnd(22, '-') as RoundId,
  seed: new Uint8Array(32),
  contributors,
  oldest: step,
});

const isFree = (last: Parts | undefined, step: number) =>
  !last || (step >= last.step + privacy.separation && last.parts < privacy.participations);

/** A ledger in which each of many devices has taken part once: in steps 0 to 5, a sixth of them in each. */
async function openLedger(): Promise<PrivacyLedger> {
  const ledger = memoryPrivacy();
  await ledger.open({ id: 'first', task: name, terms: privacy, openedAt: 0 });
  for (let step = 0; step < 6; step++)
    await ledger.claim(
      claimOf(
        step,
        many.filter((_, i) => i % 6 === step),
      ),
    );
  return ledger;
}

type Call = 'parts' | 'partsOf';

/** The same ledger, whose answers wait until they are let go, from what it had before or after that. */
function heldLedger(ledger: PrivacyLedger) {
  const waiting: { readonly call: Call; readonly goOn: (fails?: boolean) => Promise<void> }[] = [];
  const asked: (readonly DeviceId[])[] = [];
  const state = { holds: false };
  const hold = async <Found>(call: Call, find: () => Promise<Found>): Promise<Found> => {
    if (!state.holds) return find();
    const found = await find();
    const fails = await new Promise<boolean>(resolve => {
      waiting.push({
        call,
        async goOn(fails = false) {
          resolve(fails);
          await settled();
        },
      });
    });
    if (fails) throw new MurmurationError('storage.failed');
    return found;
  };
  const held: Pick<PrivacyLedger, 'budgets' | 'parts' | 'partsOf'> = {
    budgets: of => ledger.budgets(of),
    parts: (...args) => hold('parts', () => ledger.parts(...args)),
    partsOf(budget, devices) {
      asked.push(devices);
      return hold('partsOf', () => ledger.partsOf(budget, devices));
    },
  };
  /** Lets the oldest go of those that wait, of one kind. */
  const goOn = async (call: Call, fails?: boolean) => {
    const at = waiting.findIndex(each => each.call === call);
    if (at >= 0) await waiting.splice(at, 1)[0]!.goOn(fails);
    return at >= 0;
  };
  return { held, state, waiting, asked, goOn };
}

async function openWhole(ledger: PrivacyLedger) {
  const line = heldLedger(ledger);
  const clock = new VirtualClock();
  const faults: unknown[] = [];
  let ends = 0;
  const accounts = new AskedAccounts(name, {
    ledger: line.held,
    random: seededRandom(1),
    clock,
    failed: error => faults.push(error),
    read: () => {
      ends += 1;
    },
  });
  const open = async () => accounts.read((await ledger.budgets(name)).at(-1));
  return { ...line, accounts, open, clock, faults, ends: () => ends };
}

const outOf = (accounts: AskedAccounts, device: DeviceId) => accounts.outOf(task, device);

describe('the accounts of a task, or of a part of its rounds', () => {
  it('are of use once a page is read, by what the ledger says of those who come, and read in the background', async () => {
    const ledger = await openLedger();
    const { accounts, open, asked, ends } = await openWhole(ledger);
    await open();
    await settled();
    expect([accounts.untilKnown(task, many[5]!), ends()]).toEqual([undefined, 1]);

    const slow = await openWhole(ledger);
    slow.state.holds = true;
    const opened = slow.open();
    await settled();
    await slow.goOn('parts');
    await opened;
    expect(slow.waiting.map(({ call }) => call)).toEqual(['parts']);
    // Nobody is let in of whom nothing is known.
    const [soon, may, stranger] = [many[5]!, many[0]!, strangers[0]!];
    for (const device of [soon, may, stranger]) expect(outOf(slow.accounts, device)).toEqual(reading);
    const known = [soon, may, stranger, soon].map(device => slow.accounts.untilKnown(task, device));
    await settled();
    expect(slow.asked).toEqual([[soon, may, stranger]]);
    // Those who come meanwhile are in one question after that.
    const later = [many[1]!, strangers[1]!].map(device => slow.accounts.untilKnown(task, device));
    await settled();
    expect(slow.asked).toHaveLength(1);
    await slow.goOn('partsOf');
    await Promise.all(known);
    expect(outOf(slow.accounts, soon)).toMatchObject({ steps: 3 });
    expect(outOf(slow.accounts, may)).toBeUndefined();
    expect(outOf(slow.accounts, stranger)).toBeUndefined();
    expect(outOf(slow.accounts, many[1]!)).toEqual(reading);
    await settled();
    expect(slow.asked[1]).toEqual([many[1], strangers[1]]);
    await slow.goOn('partsOf');
    await Promise.all(later);
    expect(slow.accounts.untilKnown(task, stranger)).toBeUndefined();
    expect(slow.ends()).toBe(0);
    while (await slow.goOn('parts'));
    expect(slow.ends()).toBe(1);
    expect(slow.accounts.untilKnown(task, many[2]!)).toBeUndefined();
    expect(slow.accounts.out).toBe(accounts.out);
    expect(asked).toEqual([]);
  });

  it('let in nobody whom the ledger refuses, in whatever order pages, answers and steps come', async () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = seededRandom(100 + seed);
      const below = (bound: number) => new DataView(random(4).slice().buffer).getUint32(0) % bound;
      const ledger = await openLedger();
      const { accounts, open, state, goOn, ends } = await openWhole(ledger);
      state.holds = true;
      const opened = open();
      await settled();
      await goOn('parts');
      await opened;
      let step = 6;
      let isTaken: (() => void) | undefined;
      const letIn = new Set<DeviceId>();
      const some = () => (below(3) === 0 ? strangers[below(300)]! : many[below(120)]!);
      for (let turn = 0; turn < 160; turn++) {
        const what = below(10);
        if (what < 4) void accounts.untilKnown(task, some());
        else if (what < 6) await goOn('partsOf');
        else if (what === 6 && turn > 80) await goOn('parts');
        else if (what === 7 && !isTaken) {
          // The accounts hear of a step a while after the ledger has it.
          const contributors = [...letIn].filter(() => below(2) === 0);
          // So have devices of a round that went on from before, of whom nothing need be known.
          for (const device of Array.from({ length: 6 }, some)) {
            const last = (await ledger.partsOf('first', [device])).get(device);
            if (!contributors.includes(device) && isFree(last, step)) contributors.push(device);
          }
          await ledger.claim(claimOf(step, contributors));
          const taken = step;
          isTaken = () => accounts.took('first', taken, contributors);
          step += 1;
          letIn.clear();
        } else if (isTaken) {
          isTaken();
          isTaken = undefined;
        }
        await settled();
        // A device with a part in the round that takes a step is not asked about until that is over.
        if (isTaken || step >= privacy.rounds) continue;
        for (const device of [...many.slice(0, 120), ...strangers.slice(0, 40)])
          if (outOf(accounts, device) === undefined && below(8) === 0) letIn.add(device);
        const parts = await ledger.partsOf('first', [...letIn]);
        for (const device of letIn) {
          const last = parts.get(device);
          const may =
            !last || (step >= last.step + privacy.separation && last.parts < privacy.participations);
          expect([seed, turn, device, may]).toEqual([seed, turn, device, true]);
        }
      }
      isTaken?.();
      state.holds = false;
      while ((await goOn('parts')) || (await goOn('partsOf')));
      await settled();
      expect(ends()).toBe(1);
      // At the end they have what the ledger has.
      const later = await openWhole(ledger);
      await later.open();
      await settled();
      for (const device of [...many.slice(0, 200), ...strangers])
        expect([seed, device, outOf(accounts, device)]).toEqual([
          seed,
          device,
          outOf(later.accounts, device),
        ]);
      expect(accounts.out).toBe(later.accounts.out);
    }
  });

  it('have all devices of a step that is taken while the last page is on its way', async () => {
    const ledger = await openLedger();
    const { accounts, open, state, goOn, ends } = await openWhole(ledger);
    state.holds = true;
    const opened = open();
    await settled();
    await goOn('parts');
    await opened;
    await goOn('parts');
    // It has left the ledger, and has the last of many in it, with the step before.
    await ledger.claim(claimOf(6, [many[0]!, many.at(-1)!]));
    for (let step = 7; step < 9; step++) await ledger.claim(claimOf(step, []));
    for (let step = 6; step < 9; step++)
      accounts.took('first', step, step === 6 ? [many[0]!, many.at(-1)!] : []);
    await goOn('parts');
    expect(ends()).toBe(0);
    while (await goOn('parts'));
    expect(ends()).toBe(1);
    expect(outOf(accounts, many[0]!)).toMatchObject({ steps: 1 });
    expect(outOf(accounts, many.at(-1)!)).toMatchObject({ steps: 1 });
    expect(outOf(accounts, many[6]!)).toBeUndefined();
  });

  it('go on where the ledger could not be read, and let nobody in whom it did not name', async () => {
    const ledger = await openLedger();
    const { accounts, open, state, goOn, clock, faults, ends } = await openWhole(ledger);
    state.holds = true;
    const opened = open();
    await settled();
    await goOn('parts');
    await opened;
    const known = accounts.untilKnown(task, strangers[0]!);
    await settled();
    await goOn('partsOf', true);
    await known;
    expect(outOf(accounts, strangers[0]!)).toEqual(reading);
    await goOn('parts', true);
    expect(faults).toMatchObject(Array(2).fill({ code: 'storage.failed' }));
    expect(await goOn('parts')).toBe(false);
    await clock.advance(1_000);
    while (await goOn('parts'));
    expect(ends()).toBe(1);
    expect(outOf(accounts, strangers[0]!)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('ask nothing once they are closed, and leave nothing behind', async () => {
    const ledger = await openLedger();
    for (const fails of [false, true]) {
      const { accounts, open, state, goOn, waiting, clock, faults, ends } = await openWhole(ledger);
      state.holds = true;
      const opened = open();
      await settled();
      await goOn('parts');
      await opened;
      const known = accounts.untilKnown(task, strangers[0]!);
      await settled();
      if (fails) await goOn('parts', true);
      const closed = accounts.close();
      while ((await goOn('parts', fails)) || (await goOn('partsOf', fails)));
      await Promise.all([known, closed]);
      expect(accounts.untilKnown(task, strangers[1]!)).toBeUndefined();
      expect(outOf(accounts, strangers[1]!)).toEqual(reading);
      expect([waiting, clock.pending, faults.length, ends()]).toEqual([[], 0, fails ? 1 : 0, 0]);
    }
  });

  it('are those of a budget that begins while the one before is read', async () => {
    const ledger = await openLedger();
    const { accounts, open, state, goOn, ends } = await openWhole(ledger);
    state.holds = true;
    const opened = open();
    await settled();
    await goOn('parts');
    await opened;
    const known = accounts.untilKnown(task, many[5]!);
    await settled();
    await ledger.open({ id: 'second', task: name, terms: privacy, openedAt: 1 });
    const again = open();
    await settled();
    while ((await goOn('partsOf')) || (await goOn('parts')));
    await Promise.all([known, again]);
    expect(outOf(accounts, many[5]!)).toBeUndefined();
    expect([accounts.out, ends()]).toEqual([0, 1]);
  });

  it('know, of a part, of the step that a look has found while the last page came, which is from before it', async () => {
    const ledger = await openLedger();
    const line = heldLedger(ledger);
    let goOn = () => {};
    let isHeld = false;
    const accounts = new AskedAccounts(
      name,
      {
        ledger: {
          ...line.held,
          async budgets(of) {
            const found = await ledger.budgets(of);
            if (isHeld)
              await new Promise<void>(resolve => {
                goOn = resolve;
              });
            return found;
          },
        },
        random: seededRandom(1),
        clock: new VirtualClock(),
        failed: error => expect.fail(String(error)),
        read: () => {},
      },
      device => device !== strangers[1],
    );
    line.state.holds = true;
    const opened = accounts.follow(() => []);
    await settled();
    await line.goOn('parts');
    await opened;
    const device = many.at(-1)!;
    const asked = accounts.untilKnown(task, many[0]!);
    await settled();
    await line.goOn('partsOf');
    await asked;
    expect(outOf(accounts, many[0]!)).toBeUndefined();
    await line.goOn('parts');
    // The last page is on its way, and another cell takes a step, with more devices than a page has room for.
    const again = many.filter((_, i) => i % 6 < 3);
    await ledger.claim(claimOf(6, again.slice(0, 1)));
    for (let step = 7; step < 9; step++) await ledger.claim(claimOf(step, []));
    await ledger.claim(claimOf(9, again.slice(1)));
    isHeld = true;
    const followed = accounts.follow(() => [many[0]!, strangers[0]!], { budget: 'first', step: 10 });
    await settled();
    isHeld = false;
    await line.goOn('parts');
    line.state.holds = false;
    goOn();
    while ((await line.goOn('parts')) || (await line.goOn('partsOf')));
    await followed;
    expect(outOf(accounts, again[1]!)).toMatchObject({ steps: 3 });
    expect(outOf(accounts, again.at(-1)!)).toMatchObject({ steps: 3 });
    expect(outOf(accounts, many[0]!)).toBeUndefined();
    expect(outOf(accounts, device)).toEqual(again.includes(device) ? expect.anything() : undefined);
    await accounts.close();
  });

  it('stay those of the newest budget where an answer that names the one before comes late', async () => {
    const ledger = await openLedger();
    const before = await ledger.budgets(name);
    const { accounts, open } = await openWhole(ledger);
    await open();
    await ledger.open({ id: 'second', task: name, terms: privacy, openedAt: 1 });
    await open();
    await ledger.claim({ ...claimOf(0, [strangers[0]!]), budget: 'second' });
    accounts.took('second', 0, [strangers[0]!]);
    await accounts.read(before.at(-1));
    await accounts.read(undefined);
    expect(outOf(accounts, strangers[0]!)).toMatchObject({ steps: 3 });
    expect(outOf(accounts, many[5]!)).toBeUndefined();
  });
});
