import type { DeviceId, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { AskedAccounts } from '@murmuration/rounds/privacy/asked-accounts';
import type {
  Claim,
  DevicePart,
  LedgerBudget,
  Parts,
  PrivacyLedger,
} from '@murmuration/rounds/privacy/ledger';
import { privacyOf } from '@murmuration/rounds/task/task-privacy';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { codeOfPromise } from '../unit/codes.ts';

const task = 'keyboard' as TaskName;
const terms = privacyOf({ epsilon: 4, delta: 1e-7, rounds: 20, separation: 1, noise: 'correlated' });
const first: LedgerBudget = { id: 'b1', task, terms, openedAt: 1_000 };
const second: LedgerBudget = { id: 'b2', task, terms: null, openedAt: 2_000 };
const [ann, bob, eve] = ['ann', 'bob', 'eve'].map(name => name.padEnd(22, '-')) as DeviceId[] as [
  DeviceId,
  DeviceId,
  DeviceId,
];
const deviceOf = (index: number) => `device-${index}`.padEnd(22, '-') as DeviceId;
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

/** The parts of all devices in a budget, read in pages of so many. */
export async function allParts(
  ledger: Pick<PrivacyLedger, 'parts'>,
  budget: string,
  limit = 7,
): Promise<ReadonlyMap<DeviceId, Parts>> {
  const all = new Map<DeviceId, Parts>();
  let after: DevicePart | undefined;
  do {
    const page = await ledger.parts(budget, { after, limit });
    for (const { device, ...parts } of page) all.set(device, parts);
    after = page.at(-1);
  } while (after);
  return all;
}

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
      const asked: LedgerBudget = { ...first, id: 'q1', query: 'taken' };
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
      expect(await allParts(ledger, 'q1')).toEqual(new Map());
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
      expect(await allParts(ledger, first.id)).toEqual(
        new Map([
          [ann, { step: 0, parts: 1 }],
          [bob, { step: 2, parts: 2 }],
          [eve, { step: 2, parts: 2 }],
        ]),
      );
      expect(await allParts(ledger, 'another')).toEqual(new Map());
      expect(await ledger.partsOf(first.id, [eve, deviceOf(7), ann])).toEqual(
        new Map([
          [ann, { step: 0, parts: 1 }],
          [eve, { step: 2, parts: 2 }],
        ]),
      );
      expect(await ledger.partsOf('another', [ann])).toEqual(new Map());
      expect(await ledger.partsOf(first.id, [])).toEqual(new Map());
    });

    it('gives parts in pages, by the step of the last one and the device, and no device twice', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.open({ ...first, id: 'other', task: 'other' as TaskName });
      await ledger.claim(claimOf(0, { budget: 'other', contributors: [deviceOf(5)] }));
      const steps = [[9, 3, 8, 1, 4], [2, 7], [], [6, 3, 0, 8]];
      for (const [step, devices] of steps.entries())
        await ledger.claim(claimOf(step, { contributors: devices.map(deviceOf) }));
      const inOrder = [
        ...[1, 4, 9].map(i => ({ device: deviceOf(i), step: 0, parts: 1 })),
        ...[2, 7].map(i => ({ device: deviceOf(i), step: 1, parts: 1 })),
        ...[0, 3, 6, 8].map(i => ({ device: deviceOf(i), step: 3, parts: i === 3 || i === 8 ? 2 : 1 })),
      ];
      for (const limit of [1, 2, 4, 9, 100]) {
        const pages: DevicePart[] = [];
        for (let after: DevicePart | undefined; ; after = pages.at(-1)) {
          const page = await ledger.parts(first.id, { after, limit });
          expect(page.length).toBeLessThanOrEqual(limit);
          pages.push(...page);
          if (page.length < limit) break;
        }
        expect([limit, pages]).toEqual([limit, inOrder]);
      }
      for (const [keeping, kept] of [
        [{ since: 0 }, inOrder],
        [{ since: 1 }, inOrder.slice(3)],
        [{ since: 3, parts: 1 }, inOrder],
        [{ since: 4, parts: 2 }, inOrder.slice(5).filter(({ parts }) => parts === 2)],
        [{ since: 4 }, []],
      ] as const) {
        expect(await ledger.parts(first.id, { limit: 100, keeping })).toEqual(kept);
        const [, ...others] = kept;
        if (kept[0])
          expect(await ledger.parts(first.id, { limit: 100, keeping, after: kept[0] })).toEqual(others);
      }
      // A place need not be one where a device is.
      const place = { step: 1, device: deviceOf(3) };
      expect(await ledger.parts(first.id, { after: place, limit: 2 })).toEqual(inOrder.slice(4, 6));
    });

    it('shows whoever reads page by page each part that is taken meanwhile: all new ones lie ahead', async () => {
      const ledger = await open();
      await ledger.open(first);
      const devices = Array.from({ length: 30 }, (_, i) => deviceOf(i));
      await ledger.claim(claimOf(0, { contributors: devices.slice(0, 20) }));
      const read = new Map<DeviceId, Parts>();
      let after: DevicePart | undefined;
      for (let step = 1; ; step++) {
        const page = await ledger.parts(first.id, { after, limit: 4 });
        for (const { device, ...parts } of page) read.set(device, parts);
        after = page.at(-1) ?? after;
        if (page.length < 4) break;
        // Some that were read, some that were not, and some that nobody has seen.
        if (step <= 4)
          await ledger.claim(claimOf(step, { contributors: [1, 12, 19, 20 + step].map(i => devices[i]!) }));
      }
      expect(read).toEqual(await allParts(ledger, first.id));
      expect(read.get(devices[1]!)).toEqual({ step: 4, parts: 5 });
    });

    it('takes no step with a device that may have no part in it, and changes nothing then', async () => {
      const ledger = await open();
      const strict = { ...terms, separation: 2, participations: 2 };
      await ledger.open({ ...first, terms: strict });
      await ledger.claim(claimOf(0));
      const refused = async (claim: Claim, device: DeviceId) => {
        const before = await allParts(ledger, first.id);
        const spent = await ledger.budgets(task);
        await expect(ledger.claim(claim)).rejects.toMatchObject({
          code: 'round.closed',
          detail: expect.stringContaining(device),
        });
        expect(await allParts(ledger, first.id)).toEqual(before);
        expect(await ledger.budgets(task)).toEqual(spent);
      };
      // Too soon.
      await refused(claimOf(1, { contributors: [eve, bob] }), bob);
      // One that is named twice would have two parts, of which one counts.
      await refused(claimOf(1, { contributors: [eve, deviceOf(1), eve] }), eve);
      await ledger.claim(claimOf(1, { contributors: [eve] }));
      await ledger.claim(claimOf(2, { contributors: [ann] }));
      await ledger.claim(claimOf(3, { contributors: [] }));
      // Too often, among more devices than one statement of a database has room for.
      const many = Array.from({ length: 2_500 }, (_, i) => deviceOf(i));
      await refused(claimOf(4, { contributors: [...many, ann] }), ann);
      // Whoever comes again for its step has it, with those with whom it was taken.
      expect((await ledger.claim(claimOf(3, { contributors: [ann] }))).get(3)).toEqual(seed(4));
      await ledger.claim(claimOf(4, { contributors: [...many, bob, eve] }));
      expect(await ledger.partsOf(first.id, [ann, bob, eve])).toEqual(
        new Map([
          [ann, { step: 2, parts: 2 }],
          [bob, { step: 4, parts: 2 }],
          [eve, { step: 4, parts: 2 }],
        ]),
      );
    });

    it('takes a step for a round once, and keeps to the secret that it was given first', async () => {
      const ledger = await open();
      await ledger.open(first);
      const [one, again] = [
        await ledger.claim(claimOf(0)),
        await ledger.claim(claimOf(0, { seed: seed(99) })),
      ];
      expect([one, again]).toEqual([new Map([[0, seed(1)]]), new Map([[0, seed(1)]])]);
      expect((await ledger.partsOf(first.id, [ann])).get(ann)).toEqual({ step: 0, parts: 1 });
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
      expect((await ledger.partsOf(first.id, [ann])).get(ann)).toEqual({ step: 0, parts: 1 });
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
      expect((await allParts(ledger, first.id, 5_000)).size).toBe(20_001);
    });

    it('has a task taken over at once, by what it says of those who come while the others are read', async () => {
      const ledger = await open();
      const limits = { ...terms, separation: 3, participations: 2 };
      await ledger.open({ ...first, terms: limits });
      const many = Array.from({ length: 12_000 }, (_, i) => deviceOf(i));
      for (let step = 0; step < 3; step++)
        await ledger.claim(claimOf(step, { contributors: many.filter((_, i) => i % 3 === step) }));
      let isHeld = true;
      let goOn = () => {};
      const gate = new Promise<void>(resolve => {
        goOn = resolve;
      });
      let pages = 0;
      let read = () => {};
      const isRead = new Promise<void>(resolve => {
        read = resolve;
      });
      const accounts = new AskedAccounts(task, {
        ledger: {
          budgets: of => ledger.budgets(of),
          partsOf: (...args) => ledger.partsOf(...args),
          async parts(...args) {
            pages += 1;
            if (isHeld && pages > 1) await gate;
            return await ledger.parts(...args);
          },
        },
        random: seededRandom(4),
        clock: new VirtualClock(),
        failed: error => expect.fail(String(error)),
        read,
      });
      await accounts.read((await ledger.budgets(task)).at(-1));
      const outOf = async (device: DeviceId) => {
        await accounts.untilKnown({ privacy: limits }, device);
        return accounts.outOf({ privacy: limits }, device)?.steps;
      };
      // In steps 0, 1 and 2; the next one is step 3.
      expect(await Promise.all([0, 1, 2].map(i => outOf(many[i]!)))).toEqual([undefined, 1, 2]);
      expect(await outOf(eve)).toBeUndefined();
      const contributors = [many[0]!, many[3]!, eve];
      // The one in the middle was not asked about.
      await ledger.claim(claimOf(3, { contributors }));
      accounts.took(first.id, 3, contributors);
      for (const device of contributors) expect(await outOf(device)).toBe(device === eve ? 2 : 16);
      await expect(ledger.claim(claimOf(4, { contributors: [bob, eve] }))).rejects.toMatchObject({
        code: 'round.closed',
      });
      isHeld = false;
      goOn();
      await isRead;
      await accounts.close();
      expect(await Promise.all([0, 1, 2, 3, 4].map(i => outOf(many[i]!)))).toEqual([
        16,
        undefined,
        1,
        16,
        undefined,
      ]);
      expect(accounts.out).toBe(4_000 + 3);
    });

    it('has a part of a spread round taken over at once, by what it says of those who come whatever steps other cells take', async () => {
      const ledger = await open();
      const limits = { ...terms, separation: 3, participations: 2 };
      await ledger.open({ ...first, terms: limits });
      const many = Array.from({ length: 12_000 }, (_, i) => deviceOf(i));
      for (let step = 0; step < 3; step++)
        await ledger.claim(claimOf(step, { contributors: many.filter((_, i) => i % 3 === step) }));
      let goOn = () => {};
      const gate = new Promise<void>(resolve => {
        goOn = resolve;
      });
      let read = () => {};
      const isRead = new Promise<void>(resolve => {
        read = resolve;
      });
      const isOwn = (device: DeviceId) => device !== many[1];
      const accounts = new AskedAccounts(
        task,
        {
          ledger: {
            budgets: of => ledger.budgets(of),
            partsOf: (...args) => ledger.partsOf(...args),
            async parts(...args) {
              if (args[1].after) await gate;
              return await ledger.parts(...args);
            },
          },
          random: seededRandom(4),
          clock: new VirtualClock(),
          failed: error => expect.fail(String(error)),
          read,
        },
        isOwn,
      );
      const stepsOf = (device: DeviceId) => accounts.outOf({ privacy: limits }, device)?.steps;
      const outOf = async (device: DeviceId) => {
        await accounts.untilKnown({ privacy: limits }, device);
        return stepsOf(device);
      };
      // It is open before it has looked for any round.
      expect(await Promise.all([many[0]!, many[2]!, eve].map(outOf))).toEqual([undefined, 2, undefined]);
      // Another cell takes a step, and what was known is not any more, but of those who wait.
      await ledger.claim(claimOf(3, { contributors: [many[0]!, many[3]!, eve] }));
      await accounts.follow(() => [many[0]!, eve], { budget: first.id, step: 4 });
      expect([many[0]!, eve, many[3]!, many[2]!].map(stepsOf)).toEqual([16, 2, 0, 0]);
      expect(await Promise.all([many[3]!, many[2]!, many[4]!].map(outOf))).toEqual([16, 1, undefined]);
      goOn();
      await isRead;
      await ledger.claim(claimOf(4, { contributors: [many[6]!] }));
      await accounts.follow(() => [], { budget: first.id, step: 5 });
      await accounts.close();
      expect([0, 2, 3, 4, 6, 9].map(i => stepsOf(many[i]!))).toEqual([
        15,
        undefined,
        15,
        undefined,
        15,
        undefined,
      ]);
      // Whom the first step keeps from nothing more was not read; but of them, three are in later steps.
      expect(accounts.size).toBe(8_000 - 1 + [0, 3, 6].length + [eve].length);
    });

    it.runIf(reopen)('has it all again after a restart', async () => {
      const ledger = await open();
      await ledger.open(first);
      await ledger.claim(claimOf(0));
      await ledger.remember(first.id, 1, seed(5));
      const later = await reopen!();
      expect(await later.memory(first.id, 1)).toEqual(seed(5));
      expect(await later.budgets(task)).toEqual([{ ...first, steps: 1, counted: [2] }]);
      expect((await later.partsOf(first.id, [bob])).get(bob)).toEqual({ step: 0, parts: 1 });
      expect(await later.claim(claimOf(0, { seed: seed(99) }))).toEqual(new Map([[0, seed(1)]]));
    });
  });
}
