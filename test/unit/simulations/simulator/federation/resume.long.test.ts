import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulationOptions, simulate } from '@murmuration/simulations/federation/simulate';
import type { RunBegun, RunEnded, RunEvent } from '@murmuration/simulations/run-events/run-event';
import clusters from '@murmuration/tuning/scenarios/clusters';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const settings = {
  data: { clients: 20, perClient: 20, heldOut: 100 },
  cohort: { goal: 6, overSelection: 1 },
  strategy: { name: 'fedAdam', serverLearningRate: 0.01 },
  stop: { rounds: 5 },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-resume-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The events of a run; `leaveAfter` rounds whoever follows it leaves it. */
async function eventsOf(options: SimulationOptions, leaveAfter = Number.POSITIVE_INFINITY) {
  const events: RunEvent[] = [];
  const rounds = simulate(clusters, { settings, workers: 2, tell: event => events.push(event), ...options });
  for await (const { number } of rounds) if (number >= leaveAfter) break;
  return events;
}

const endOf = (events: readonly RunEvent[]) => events.at(-1) as RunEnded;

describe('a run that is paused between two rounds', () => {
  test('comes to the same weights from its checkpoint as one that nobody disturbed', async () => {
    const undisturbed = await eventsOf({});
    const paused = await eventsOf({ checkpoint: folder }, 2);
    const resumed = await eventsOf({ checkpoint: folder });
    expect(endOf(paused)).toMatchObject({ outcome: 'stopped' });
    expect([undisturbed, paused, resumed].map(([begun]) => (begun as RunBegun).earlier)).toEqual([0, 0, 2]);
    expect(endOf(paused).weightsSha256).not.toBe(endOf(undisturbed).weightsSha256);
    expect(endOf(resumed)).toMatchObject({ outcome: 'finished', reason: 'All 5 rounds are over.' });
    expect(endOf(resumed).weightsSha256).toBe(endOf(undisturbed).weightsSha256);
    // The devices of the round before take a moment to leave: times alone differ.
    const rounds = (events: readonly RunEvent[]) =>
      events.flatMap(event => {
        if (event.type !== 'round-ended') return [];
        const { number, outcome, tally, metrics, training } = event;
        return { number, outcome, tally, metrics, training };
      });
    expect([...rounds(paused), ...rounds(resumed)]).toEqual(rounds(undisturbed));
  });

  test('goes on where it is to end otherwise, or to compare other clients in the end', async () => {
    const events = await eventsOf({
      settings: { ...settings, stop: { rounds: 6 }, evaluation: { clients: 3 } },
      checkpoint: folder,
    });
    expect(endOf(events)).toMatchObject({ outcome: 'finished', reason: 'All 6 rounds are over.' });
    expect(events.find(event => event.type === 'clients-compared')).toMatchObject({ client: [0, 6, 13] });
  });

  test('is not taken for another one', async () => {
    const other = simulate(clusters, { settings: { ...settings, seed: 7 }, checkpoint: folder });
    await expect(other.next()).rejects.toMatchObject({ code: 'config.invalid' });
  });
});
