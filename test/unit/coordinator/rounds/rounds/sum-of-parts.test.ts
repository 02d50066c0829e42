import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { AssignmentId, DeviceId } from '@murmuration/protocol/ids/ids';
import { aggregateFor } from '@murmuration/rounds/aggregation/aggregate';
import type { RingSum } from '@murmuration/rounds/aggregation/ring-sum';
import { type PartResult, shareOf, termsOfPart } from '@murmuration/rounds/round/parts';
import type { SpreadTerms } from '@murmuration/rounds/round/round';
import { sumOfParts } from '@murmuration/rounds/rounds/sum-of-parts';
import { PartDeal } from '@murmuration/storage/leases/parts';
import { describe, expect, it } from 'vitest';
import { spreadTerms } from '../../../../contract/round-parts.ts';
import { recordOf, roundA, termsOf } from '../../../../contract/rounds.ts';
import { deviceId, layout } from '../../server/federation.ts';

const deal = new PartDeal(new Uint8Array(32).fill(3));
const { plan } = termsOf(roundA);
const terms: SpreadTerms = { ...spreadTerms(roundA), parts: { count: 3, smallest: 2 } };
const partOf = (device: DeviceId) => deal.of(plan.task, device, 3);
const emptySum = () => aggregateFor('sum', plan, layout, roundA) as RingSum;
const all = Array.from({ length: 60 }, (_, index) => deviceId(index));
const own = (part: number, count = 4) => all.filter(device => partOf(device) === part).slice(0, count);
const assignmentOf = (device: DeviceId) => device.replace('device', 'assign') as string as AssignmentId;

/** What a part leaves with these contributors, each of whose updates adds `value` to all elements, with weight 1. */
function leave(devices: readonly DeviceId[], value = 1): { result: PartResult; sum: Uint8Array } {
  const sum = emptySum();
  sum.contributors = devices.length;
  sum.elements.fill(value * devices.length);
  sum.elements[sum.elements.length - 1] = devices.length;
  const contributors = devices.map(device => ({ device, assignment: assignmentOf(device) }));
  const tally = { cohort: 5, accepted: devices.length, rejected: 0, late: 0, lost: 0 };
  const record = { ...recordOf(roundA), outcome: 'published', failure: null, tally } as const;
  return { result: { record, contributors }, sum: sum.snapshot() };
}

/** One of the second part beyond its places. */
const spare = own(2, 6)[5]!;
/** Devices that the privacy budget lets take no part. */
const out = new Set<DeviceId>([own(2, 5)[4]!]);

async function add(left: ReadonlyMap<number, { result: PartResult; sum?: Uint8Array }>) {
  const refusals = new Map<number, string>();
  const found = await sumOfParts(terms, new Map(Array.from(left, ([part, { result }]) => [part, result])), {
    parts: { sum: async (_, part) => left.get(part)?.sum },
    emptySum,
    partOf,
    requireParts: async devices => {
      if (devices.some(device => out.has(device)))
        throw new MurmurationError('round.closed', 'It is too soon.');
    },
    refused: (part, { code }) => refusals.set(part, code),
  });
  return { ...found, refusals };
}

const honest = () => new Map([1, 2, 3].map(part => [part, leave(own(part))] as const));

describe('the sum of the parts of a round', () => {
  it('is that of all their updates, and names whose they are', async () => {
    const { sum, contributors, counted, parts, refusals } = await add(honest());
    expect(sum.contributors).toBe(12);
    expect([...sum.elements]).toEqual([...sum.elements].map(() => 12));
    expect([...contributors].sort()).toEqual([1, 2, 3].flatMap(part => own(part)).sort());
    expect([...counted]).toEqual([1, 2, 3]);
    expect(parts).toEqual([1, 2, 3].map(() => ({ devices: 5, contributors: 4, failure: null })));
    expect(refusals.size).toBe(0);
  });

  it.each<[string, (left: Map<number, { result: PartResult; sum?: Uint8Array }>) => void, string]>([
    ['a device of another part', left => left.set(2, leave([...own(2, 3), own(1)[0]!])), 'storage.corrupt'],
    ['a device that is in two lists', left => left.set(2, leave(own(1))), 'storage.corrupt'],
    ['a device twice', left => left.set(2, leave([...own(2, 3), own(2)[0]!])), 'storage.corrupt'],
    [
      'an assignment of another part',
      left => {
        const forged = leave(own(2));
        const [first, ...others] = forged.result.contributors;
        const contributors = [{ ...first!, assignment: assignmentOf(own(1)[0]!) }, ...others];
        left.set(2, { ...forged, result: { ...forged.result, contributors } });
      },
      'storage.corrupt',
    ],
    [
      'more contributors than its sum has',
      left => left.set(2, { ...leave(own(2)), sum: leave(own(2, 3)).sum }),
      'storage.corrupt',
    ],
    [
      'more contributors than it has places, with which the ring could wrap',
      left => left.set(2, leave(own(2, 4).concat(spare))),
      'storage.corrupt',
    ],
    ['fewer contributors than a part needs', left => left.set(2, leave(own(2, 1))), 'storage.corrupt'],
    [
      'a device that the privacy budget lets take no part',
      left => left.set(2, leave([...own(2, 3), ...out])),
      'round.closed',
    ],
    ['no sum', left => left.set(2, { result: leave(own(2)).result }), 'storage.corrupt'],
    [
      'a sum of another length',
      left => left.set(2, { ...leave(own(2)), sum: leave(own(2)).sum.slice(4) }),
      'storage.corrupt',
    ],
    ['a sum that no such updates add up to', left => left.set(2, leave(own(2), 2 ** 9)), 'update.impossible'],
  ])('leaves out a part with %s, and no other', async (_, forge, code) => {
    const left = new Map<number, { result: PartResult; sum?: Uint8Array }>(honest());
    forge(left);
    const { sum, contributors, counted, parts, refusals } = await add(left);
    expect([...refusals]).toEqual([[2, code]]);
    expect([...counted]).toEqual([1, 3]);
    expect(sum.contributors).toBe(8);
    expect([...sum.elements]).toEqual([...sum.elements].map(() => 8));
    expect(new Set(contributors).size).toBe(8);
    expect(parts[1]).toMatchObject({ contributors: 0, failure: expect.any(String) });
  });

  it('is without parts that failed or have no result, and says why', async () => {
    const left = new Map<number, { result: PartResult; sum?: Uint8Array }>(honest());
    left.delete(3);
    left.set(1, { result: { record: recordOf(roundA), contributors: [] } });
    const { sum, counted, parts } = await add(left);
    expect([...counted]).toEqual([2]);
    expect(sum.contributors).toBe(4);
    expect(parts.map(({ failure }) => failure)).toEqual([
      'Too few came.',
      null,
      'No cell had its sum by the end of the round.',
    ]);
  });

  it('is not to be had while the storage fails: a part is not left out for that', async () => {
    const failure = new MurmurationError('storage.failed');
    const results = new Map(Array.from(honest(), ([part, { result }]) => [part, result]));
    const parts = { sum: async () => Promise.reject(failure) };
    const refused = () => {
      throw new Error('A part was left out.');
    };
    const ports = { parts, emptySum, partOf, requireParts: async () => {}, refused };
    await expect(sumOfParts(terms, results, ports)).rejects.toBe(failure);
  });
});

describe('the parts of a round', () => {
  it('share its cohort and its goal, and have its id and its plan', () => {
    const whole = { ...terms, cohortSize: 13, goal: 10 };
    const parts = [1, 2, 3].map(part => termsOfPart(whole, part));
    expect(parts.map(({ cohortSize }) => cohortSize)).toEqual([5, 4, 4]);
    expect(parts.map(({ goal }) => goal)).toEqual([4, 3, 3]);
    for (const { id, plan: same, minimum, startedAt } of parts)
      expect({ id, same, minimum, startedAt }).toEqual({
        id: whole.id,
        same: whole.plan,
        minimum: 2,
        startedAt: whole.startedAt,
      });
    for (const total of [1, 2, 3, 4_000])
      for (const count of [1, 2, 3, 4, 64]) {
        const shares = Array.from({ length: count }, (_, i) => shareOf(total, i + 1, count));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }
  });
});
