import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { type Stall, Stalls } from '@murmuration/serving/server/stalls';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const most = 50;

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('begin' as const), value: fc.constant(0) }),
    fc.record({ kind: fc.constant('over' as const), value: fc.nat(30) }),
    fc.record({ kind: fc.constant('wait' as const), value: fc.integer({ min: 1, max: 40 }) }),
  ),
  { maxLength: 60 },
);

test('ends what takes too long at its time and once, and nothing that is over, in any order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async history => {
      const clock = new VirtualClock();
      const stalls = new Stalls(clock, most);
      const ended: [number, number][] = [];
      const expected: [number, number][] = [];
      const begun: { readonly stall: Stall; readonly at: number; isOver: boolean }[] = [];
      const expectUntil = (now: number) => {
        for (const [index, each] of begun.entries())
          if (!each.isOver && each.at + most <= now) {
            each.isOver = true;
            expected.push([index, each.at + most]);
          }
      };
      for (const { kind, value } of history) {
        const index = begun.length;
        if (kind === 'begin') {
          const stall = stalls.begin(() => ended.push([index, clock.now()]));
          begun.push({ stall, at: clock.now(), isOver: false });
        } else if (kind === 'over') {
          const each = begun[value];
          if (each) {
            stalls.over(each.stall);
            each.isOver = true;
          }
        } else {
          await clock.advance(value);
          expectUntil(clock.now());
        }
      }
      await clock.advance(2 * most);
      expectUntil(clock.now());
      expect(ended).toEqual(expected);
    }),
  );
});

test('ends nothing once it is closed', async () => {
  const clock = new VirtualClock();
  const stalls = new Stalls(clock, most);
  const ended: string[] = [];
  stalls.begin(() => ended.push('first'));
  stalls.begin(() => ended.push('second'));
  stalls.close();
  await clock.advance(2 * most);
  expect(ended).toEqual([]);
});

test('lets what ends one begin another, and end a third', async () => {
  const clock = new VirtualClock();
  const stalls = new Stalls(clock, most);
  const ended: string[] = [];
  let third: Stall | undefined;
  stalls.begin(() => {
    ended.push('first');
    if (third) stalls.over(third);
    stalls.begin(() => ended.push('fourth'));
  });
  stalls.begin(() => ended.push('second'));
  third = stalls.begin(() => ended.push('third'));
  await clock.advance(most);
  expect(ended).toEqual(['first', 'second']);
  await clock.advance(most);
  expect(ended).toEqual(['first', 'second', 'fourth']);
});
