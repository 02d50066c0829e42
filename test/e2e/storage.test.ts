import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryStorage } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hurriedClock } from '../hurried-clock.ts';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

/** Devices pause between rounds. */
const clock = hurriedClock(10);

interface Listed {
  readonly number: number;
  readonly model: string;
}

describe('a coordinator with a storage folder', () => {
  let folder: string;
  const devices = Array.from({ length: 4 }, () => memoryStorage());
  const faults: unknown[] = [];
  const enrolled: number[] = [];

  /** Runs rounds until the one of this number is over, and says what is listed then. */
  async function run(until: number) {
    const coordinator = await createCoordinator(
      parseConfig({
        port: 0,
        log: 'silent',
        enrolmentTokens: [enrolmentToken],
        storage: folder,
        retention: { versions: 2, roundsFor: 0 },
      }),
      // So slowly that no round leads to the model that it began with, which would stay in use.
      [
        lineTask({
          plan: { learningRate: 0.01, epochs: 1, batchSize: 4, maxExamples: 100 },
          deadlines: { gathering: '50 s', updates: '50 s' },
        }),
      ],
      { clock, random: systemRandom },
    );
    let count = 0;
    coordinator.events.on('fault', (where, error) => faults.push([where, error]));
    coordinator.events.on('enrolled', () => {
      count += 1;
    });
    const list = async (what: string): Promise<Listed[]> =>
      (await (await fetch(`${coordinator.url}/v1/tasks/line/${what}?limit=200`)).json())[what];
    const before = await list('models');
    const clients = devices.map((storage, index) => lineClient(coordinator.url, index, storage, clock));
    await Promise.all(clients.map(client => client.start()));
    await coordinator.start();
    await eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number >= until);
    await coordinator.endRounds();
    await Promise.all(clients.map(client => client.stop()));
    // Old versions and records go after the round is told to have ended.
    await expect.poll(() => list('models')).toHaveLength(2);
    await expect.poll(() => list('rounds')).toHaveLength(1);
    const after = { models: await list('models'), rounds: await list('rounds') };
    await coordinator.stop();
    enrolled.push(count);
    return { before, ...after };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'murmuration-e2e-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('goes on after a restart with its devices, versions and rounds, and keeps what its policy says', async () => {
    const first = await run(5);
    const files = await readdir(join(folder, 'blobs'));
    const second = await run(9);
    expect(faults).toEqual([]);
    expect(enrolled).toEqual([4, 0]);

    expect(first.before.map(({ number }) => number)).toEqual([0]);
    const [head] = first.models;
    expect(second.before[0]).toEqual(head);
    expect(second.models[0]!.number).toBeGreaterThan(head!.number);
    expect(second.rounds[0]!.number).toBeGreaterThan(first.rounds[0]!.number);
    for (const { models, rounds } of [first, second]) {
      expect(models).toHaveLength(2);
      expect(rounds).toHaveLength(1);
    }
    // What the first process stored is old to the second one.
    const left = new Set(await readdir(join(folder, 'blobs')));
    expect(files).toContain(first.before[0]!.model);
    expect(files.filter(name => left.has(name))).toEqual([]);
  });
});
