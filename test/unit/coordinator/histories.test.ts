import type { DeviceId, RoundId } from '@murmuration/protocol/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../seeded-random.ts';
import { deviceId, type Federation, openFederation, updateOf } from './federation.ts';

/** What the world can do to a coordinator. Devices are named by small numbers. */
type Operation =
  | readonly ['CheckIn' | 'Leave' | 'Disconnect' | 'Reconnect' | 'Repeat' | 'Garble' | 'WrongToken', number]
  /** An update whose first value is a multiple of 1/8, and its weight. */
  | readonly ['Submit' | 'SubmitLate', number, number, number]
  | readonly ['WrongRound', number]
  | readonly ['Advance', number];

const devices = 7;
const device = fc.nat(devices - 1);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('CheckIn' as const), device) },
  {
    weight: 8,
    arbitrary: fc.tuple(
      fc.constant('Submit' as const),
      device,
      fc.integer({ min: -80, max: 80 }),
      fc.integer({ min: 1, max: 32 }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('SubmitLate' as const), device, fc.constant(8), fc.constant(1)),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(
      fc.constantFrom(
        'Leave' as const,
        'Disconnect' as const,
        'Reconnect' as const,
        'Repeat' as const,
        'Garble' as const,
        'WrongToken' as const,
      ),
      device,
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('WrongRound' as const), device) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constant('Advance' as const), fc.constantFrom(0, 1, 5_000, 10_000, 60_000)),
  },
);

/** What was acknowledged in one round: in eighths, exactly. */
interface Acknowledged {
  readonly values: Map<string, { readonly eighths: number; readonly weight: number }>;
}

/** Plays a history, and checks what must hold whatever happens. */
async function play(history: readonly Operation[]): Promise<Federation> {
  const federation = await openFederation();
  const { rounds, clock, channel, records, pool } = federation;
  const acknowledged = new Map<RoundId, Acknowledged>();
  const sent = new Map<string, Uint8Array>();
  const earlier = new Map<DeviceId, Assignment>();
  const stranger = seededRandom(99);
  await rounds.start();
  await clock.advance(0);
  for (const [name, index, ...rest] of history) {
    const id = deviceId(index);
    const part = channel.assignments.get(id);
    const driver = rounds.current!;
    switch (name) {
      case 'CheckIn': {
        const isBusy = driver.involves(id);
        const { decision } = federation.checkIn(id);
        if (isBusy) expect(decision).toBe('later');
        break;
      }
      case 'Disconnect':
        federation.disconnect(id);
        break;
      case 'Reconnect': {
        federation.connect(id);
        // Its part has not changed, whatever it hears once more.
        const again = channel.assignments.get(id);
        if (again?.round === part?.round) expect(again?.assignment).toBe(part?.assignment);
        break;
      }
      case 'Advance':
        await clock.advance(index);
        break;
      case 'Leave':
        if (part) await attempt(() => driver.leave(id, part.assignment));
        break;
      case 'Submit':
      case 'SubmitLate': {
        const target = name === 'Submit' ? part : (earlier.get(id) ?? part);
        if (!target) break;
        const [eighths, weight] = rest as [number, number];
        const bytes = updateOf([eighths / 8, 0, 0, 0], weight);
        const receipt = await attempt(() => {
          driver.authenticate(target.assignment, target.token);
          return driver.accept(target.assignment, bytes);
        });
        if (!receipt) break;
        expect(receipt).toEqual({ round: driver.terms.id, assignment: target.assignment, counted: true });
        const values = acknowledged.get(receipt.round)?.values ?? new Map();
        acknowledged.set(receipt.round, { values });
        const before = values.get(target.assignment);
        if (before) expect({ eighths, weight }).toEqual(before);
        values.set(target.assignment, { eighths, weight });
        sent.set(target.assignment, bytes);
        earlier.set(id, target);
        break;
      }
      case 'Repeat': {
        const bytes = part && sent.get(part.assignment);
        if (!bytes || part.round !== driver.terms.id) break;
        const { state } = driver;
        const again = driver.accept(part.assignment, bytes);
        expect(driver.state).toBe(state);
        expect((await again).counted).toBe(true);
        break;
      }
      case 'Garble': {
        if (!part) break;
        const { state } = driver;
        const garbled = updateOf([Number.NaN, 0, 0, 0]);
        await expect(driver.accept(part.assignment, garbled)).rejects.toThrow(
          expect.objectContaining({ code: expect.any(String) }),
        );
        if ('quorum' in state && 'quorum' in driver.state)
          expect(driver.state.quorum.accepted).toBe(state.quorum.accepted);
        break;
      }
      case 'WrongToken':
        if (part) expect(() => driver.authenticate(part.assignment, stranger(32))).toThrow();
        break;
      case 'WrongRound': {
        const { state } = driver;
        expect(rounds.find('R'.repeat(22) as RoundId)).toBeUndefined();
        const refused = driver.accept('A'.repeat(22) as never, updateOf([1, 0, 0, 0]));
        expect(driver.state).toBe(state);
        await expect(refused).rejects.toMatchObject({ code: 'assignment.unknown' });
        break;
      }
    }
    expect(pool.size).toBeLessThanOrEqual(devices);
  }
  await clock.advance(0);
  await rounds.stop();
  expect(clock.pending).toBe(0);
  expect(federation.faults).toEqual([]);
  expect(records.map(({ number }) => number)).toEqual(records.map((_, position) => position + 1));
  await checkModels(federation, acknowledged);
  return federation;
}

/** The result, or undefined where a code of the table refuses it; any other error is one of ours. */
async function attempt<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^(round|assignment|update)\./) });
    return undefined;
  }
}

/** Every version is its parent plus the mean of exactly what was acknowledged in its round. */
async function checkModels(
  { history, registry, task, records }: Federation,
  acknowledged: Map<RoundId, Acknowledged>,
) {
  const versions = [...(await history.versions(task.name, 1e9, 1e9))].reverse();
  const published = records.filter(({ outcome }) => outcome === 'published');
  expect(versions.slice(1).map(({ round }) => round)).toEqual(published.map(({ round }) => round));
  let model = 0;
  for (const [i, { round, tally }] of published.entries()) {
    const values = [...(acknowledged.get(round)?.values.values() ?? [])];
    expect(values).toHaveLength(tally.accepted);
    const version = versions[i + 1]!;
    expect(version.contributors).toBe(tally.accepted);
    const weight = values.reduce((sum, each) => sum + each.weight, 0);
    const eighths = values.reduce((sum, each) => sum + each.weight * each.eighths, 0);
    model = Math.fround(model + Math.fround(eighths / 8 / weight));
    expect((await registry.files(version.model)).weights[0]).toBe(model);
  }
  for (const { tally, outcome, failure, round } of records) {
    expect(tally.accepted + tally.late + tally.lost).toBe(tally.cohort);
    if (outcome === 'published') expect(tally.accepted).toBeGreaterThanOrEqual(task.cohort.minimum);
    if (outcome === 'failed' && failure!.during === 'gathering') expect(acknowledged.has(round)).toBe(false);
    expect(tally.accepted).toBeLessThanOrEqual(task.cohort.goal);
  }
}

describe('any history', () => {
  it('publishes exactly what was acknowledged, keeps nothing of strangers, and leaves no timer behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 120, size: 'max' }), async history => {
        await play(history);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('publishes often enough for that to mean something', async () => {
    const outcomes = new Set<string>();
    for (const history of fc.sample(fc.array(operation, { minLength: 120, maxLength: 120 }), {
      numRuns: 12,
      seed: 2026,
    })) {
      for (const { outcome, failure } of (await play(history)).records)
        outcomes.add(failure ? `${outcome} during ${failure.during}` : outcome);
    }
    expect([...outcomes].sort()).toEqual(['failed during gathering', 'failed during updates', 'published']);
  });

  it('a device that leaves and comes back keeps no second part', async () => {
    const checkIns = [0, 1, 2, 3, 4].map((index): Operation => ['CheckIn', index]);
    const { records } = await play([
      ...checkIns,
      ['Leave', 0],
      ['Disconnect', 0],
      ['Reconnect', 0],
      ['CheckIn', 0],
      ['Submit', 0, 8, 1],
      ['Submit', 1, 8, 1],
      ['Submit', 2, 16, 3],
      ['Repeat', 2],
      ['Submit', 2, 8, 3],
      ['Advance', 60_000],
    ]);
    expect(records[0]).toMatchObject({
      outcome: 'published',
      tally: { cohort: 5, accepted: 2, rejected: 0, late: 2, lost: 1 },
    });
  });
});
