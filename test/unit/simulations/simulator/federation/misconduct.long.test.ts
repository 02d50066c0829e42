import { openFederation } from '@murmuration/simulations/federation/federation';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { expect, test } from 'vitest';

/** Some rounds of 12 devices, of 16 that there are. */
async function roundsOf(devices: object, rounds: number, masked = true) {
  const settings = clusters.schema.parse({
    ...clusters.defaults,
    data: { clients: 16, perClient: 10, heldOut: 20 },
    cohort: { goal: 12, minimum: 8 },
    masking: { enabled: masked, threat: 'malicious', dropping: 0.25 },
    evaluation: { every: 1_000 },
    devices,
  });
  const data = await clusters.data(settings);
  const federation = await openFederation(clusters as never, settings, data, { workers: 1 });
  try {
    const ended = [];
    for (let i = 0; i < rounds; i++) ended.push(await federation.next());
    return ended;
  } finally {
    await federation.close();
  }
}

test('devices that a scenario makes fall silent are lost in that phase of that round, and back in the next', async () => {
  const rounds = await roundsOf(
    {
      faults: [
        { round: 1, phase: 'keys', devices: 1 },
        { round: 2, phase: 'shares', devices: 2 },
        { round: 3, phase: 'updates', devices: 3 },
        { round: 4, phase: 'agreement', devices: 2 },
        { round: 5, phase: 'unmasking', devices: 2 },
      ],
    },
    6,
  );
  expect(rounds.map(({ outcome, tally }) => [outcome, tally.cohort, tally.accepted])).toEqual([
    ['published', 12, 11],
    ['published', 12, 10],
    ['published', 12, 9],
    ['published', 12, 12],
    ['published', 12, 12],
    ['published', 12, 12],
  ]);
  expect(rounds.map(({ phases }) => [phases.keys?.lost, phases.shares?.lost, phases.updates?.lost])).toEqual([
    [1, 0, 0],
    [0, 2, 0],
    [0, 0, 3],
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('a device that leaves and is back in time has its part, one that is late beyond the deadline has none', async () => {
  const [back, gone, inTime, late] = await roundsOf(
    {
      faults: [
        { round: 1, phase: 'updates', devices: 2, how: 'leaves', by: '1 min' },
        { round: 2, phase: 'updates', devices: 2, how: 'leaves', by: '2 h' },
        { round: 3, phase: 'updates', devices: 2, how: 'late', by: '10 min' },
        { round: 4, phase: 'updates', devices: 2, how: 'late', by: '2 h' },
      ],
    },
    4,
    false,
  );
  expect(back!.tally).toMatchObject({ accepted: 12, lost: 0, late: 0 });
  expect(gone!.tally).toMatchObject({ accepted: 10, lost: 2, late: 0 });
  expect(inTime!.tally).toMatchObject({ accepted: 12, lost: 0, late: 0 });
  expect(inTime!.phases.updates!.ms).toBeGreaterThan(600_000);
  expect(late!.tally).toMatchObject({ accepted: 10, lost: 0, late: 2 });
});

test('a share of losses is lost in every round, by phase', async () => {
  const rounds = await roundsOf({ losses: { updates: 0.25 } }, 8);
  const accepted = rounds.map(({ tally }) => tally.accepted);
  const lost = rounds.reduce((sum, { phases }) => sum + (phases.updates?.lost ?? 0), 0);
  expect(accepted.reduce((sum, count) => sum + count, 0) + lost).toBe(8 * 12);
  expect(lost / (8 * 12)).toBeCloseTo(0.25, 1);
  expect(new Set(accepted).size).toBeGreaterThan(1);
});
