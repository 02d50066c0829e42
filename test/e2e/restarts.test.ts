import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { nodePlatform } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { hurriedPauses } from '../hurried-clock.ts';
import { enrolmentToken, lineOptions, lineTask, lineTrainer } from './line.ts';

const devices = 5;
const limit = '1 min';
const masked: Partial<TaskDefinition> = {
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: devices, minimum: 3, overSelection: 1 },
  deadlines: {
    gathering: limit,
    messages: limit,
    updates: limit,
  },
  schedule: { every: '1 h' },
};
const plain = { ...masked, masking: 'off' } as Partial<TaskDefinition>;

/** Devices that come back sooner than they would. */
const hurried = hurriedPauses(10);

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
});

/** Storage that outlives a coordinator, though not this process. */
async function keptStorage(): Promise<Stores> {
  return { ...(await openStorage(undefined, systemClock)), durable: true };
}

async function open(change: Partial<TaskDefinition>, storage: Stores, port = 0): Promise<Coordinator> {
  const config = parseConfig({ port, enrolmentTokens: [enrolmentToken], log: 'silent' });
  const surroundings = { clock: systemClock, random: systemRandom, storage };
  const coordinator = await createCoordinator(config, [lineTask(change)], surroundings);
  cleanUp.push(() => coordinator.stop());
  return coordinator;
}

/** A device of the SDK; `trainings` hears of each training. */
async function join(url: string, index: number, trainings: number[]): Promise<void> {
  const { tasks, ...options } = lineOptions(url, index);
  const trainer = {
    ...lineTrainer,
    train: (...args: Parameters<typeof lineTrainer.train>) => {
      trainings.push(index);
      return lineTrainer.train(...args);
    },
  };
  const client = new PlatformClient(
    { ...options, tasks: { line: { ...tasks.line!, trainer } } },
    { ...nodePlatform, clock: hurried },
  );
  cleanUp.push(() => client.stop());
  await client.start();
}

describe('a coordinator that is stopped in the middle of a round, and started again', () => {
  test.each<[RoundState['phase'], string, Partial<TaskDefinition>]>([
    ['keys', 'a masked', masked],
    ['shares', 'a masked', masked],
    ['updates', 'a masked', masked],
    ['agreement', 'a masked', masked],
    ['unmasking', 'a masked', masked],
    ['closing', 'a masked', masked],
    ['updates', 'a plain', plain],
  ])('in %s goes on with %s round, in which every device counts once', async (phase, _, change) => {
    const storage = await keptStorage();
    const first = await open(change, storage, await freePort());
    const reached = new Promise<void>(resolve =>
      first.events.on('round', state => {
        if (state.phase === phase) resolve();
      }),
    );
    const trainings: number[] = [];
    for (let index = 0; index < devices; index++) await join(first.url, index, trainings);
    await first.start();
    await reached;
    await first.stop();
    expect(await storage.history.rounds(lineTask().name, 9, 9)).toEqual([]);
    const [saved] = await storage.rounds.underWay();
    const second = await open(change, storage, Number(new URL(first.url).port));
    const ended = new Promise<RoundRecord>(resolve => second.events.on('round-ended', resolve));
    await second.start();
    // It may have ended before anybody could listen.
    const [over] = await storage.history.rounds(lineTask().name, 9, 9);
    const record = over ?? (await ended);
    expect(record).toMatchObject({
      round: saved!.terms.id,
      number: 1,
      outcome: 'published',
      tally: { cohort: devices, accepted: devices },
    });
    const { models } = await (await fetch(`${second.url}/v1/tasks/line/models`)).json();
    expect(models).toMatchObject([{ number: 1, contributors: devices }, { number: 0 }]);
    expect(trainings.sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await storage.rounds.underWay()).toEqual([]);
  });
});
