import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { hurriedClock } from '../hurried-clock.ts';
import { enrolmentToken, eventOf, lineClient, lineTask } from './line.ts';

const devices = 5;
/** Devices pause between their parts. */
const clock = hurriedClock(10);
type Change = Partial<TaskDefinition>;

/** With the fewest updates of a version, and the versions that are waited for. */
const kinds: readonly [string, Change, number, number][] = [
  [
    'makes versions of devices that come one by one',
    {
      cohort: { mode: 'asynchronous', goal: 2, concurrency: 3, maxStaleness: 5 },
      deadlines: { updates: '10 min' },
    },
    2,
    3,
  ],
  [
    'makes versions of updates that devices keep until enough others have some, under masks',
    {
      masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.1 },
      cohort: {
        mode: 'asynchronous',
        goal: 4,
        minimum: 3,
        overSelection: 1,
        concurrency: 3,
        maxStaleness: 5,
      },
      deadlines: { gathering: '10 s', updates: '10 min' },
    },
    3,
    1,
  ],
];

let cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

interface Opened {
  readonly coordinator: Coordinator;
  /** Stops it, and leaves its folder to another one. */
  close(): Promise<void>;
}

async function open(change: Change, folder: string, port = 0): Promise<Opened> {
  const storage = await openStorage(folder, clock);
  const config = parseConfig({ port, enrolmentTokens: [enrolmentToken], log: 'silent' });
  const surroundings = { clock, random: systemRandom, storage };
  const coordinator = await createCoordinator(config, [lineTask(change)], surroundings);
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= coordinator.stop().then(() => storage.close());
    return closed;
  };
  cleanUp.push(close);
  return { coordinator, close };
}

const published = (coordinator: Coordinator, least: number) =>
  eventOf<[RoundRecord]>(
    coordinator.events,
    'round-ended',
    ({ outcome, number }) => outcome === 'published' && number >= least,
  );

describe('an asynchronous task', () => {
  test.each(kinds)('%s, and goes on after a restart from its folder', async (_, change, fewest, versions) => {
    const folder = await mkdtemp(join(tmpdir(), 'murmuration-buffers-'));
    cleanUp.push(() => rm(folder, { recursive: true }));
    const { coordinator: first, close } = await open(change, folder, await freePort());
    const begun = published(first, versions);
    await first.start();
    for (let index = 0; index < devices; index++) {
      const client = lineClient(first.url, index, undefined, clock);
      cleanUp.push(() => client.stop());
      await client.start();
    }
    const [{ number }] = await begun;
    await close();
    const { coordinator: second } = await open(change, folder, Number(new URL(first.url).port));
    const later = published(second, number + versions);
    await second.start();
    await later;
    const { models } = (await (await fetch(`${second.url}/v1/tasks/line/models`)).json()) as {
      models: { number: number; contributors: number; parent: string | null; model: string }[];
    };
    const oldestFirst = models.toReversed();
    expect(oldestFirst.length).toBeGreaterThanOrEqual(1 + 2 * versions);
    for (const [i, version] of oldestFirst.entries()) {
      if (i === 0) continue;
      expect(version.number).toBe(oldestFirst[i - 1]!.number + 1);
      expect(version.contributors).toBeGreaterThanOrEqual(fewest);
    }
  });
});
