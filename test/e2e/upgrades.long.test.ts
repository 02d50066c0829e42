import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformClient } from '@murmuration/client-sdk/client/client';
import { fileStorage, nodePlatform } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hurriedPauses } from '../hurried-clock.ts';
import { leftBehind } from '../left-behind.ts';
import { command } from './kept-commands.ts';
import { enrolmentToken, lineOptions, lineTask } from './line.ts';
import { ProgramProcess } from './processes.ts';

const limit = '1 min';
const common = {
  plan: { learningRate: 0.1, epochs: 1, batchSize: 4, maxExamples: 100 },
  deadlines: {
    gathering: limit,
    messages: limit,
    updates: limit,
  },
};
/** As fixtures/0.2.0/make.mjs has them. */
const masked = {
  ...common,
  name: 'masked',
  masking: { threat: 'malicious', corrupt: 0.1, dropping: 0.3 },
  cohort: { goal: 4, minimum: 3, overSelection: 1 },
};
const plain = {
  ...common,
  name: 'plain',
  strategy: fedAdam(),
  cohort: { goal: 3, minimum: 2, overSelection: 1 },
};

const cache = fileURLToPath(new URL('../../node_modules/.cache/murmuration/', import.meta.url));
/** Devices that come back sooner than they would. */
const hurried = hurriedPauses(10);

let folder: string;
let cleanUp: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await leftBehind('0.2.0/left');
});
afterEach(async () => {
  for (const clean of cleanUp.reverse()) await clean();
  cleanUp = [];
  await rm(folder, { recursive: true });
});

interface World {
  readonly coordinator: Coordinator;
  /** Rounds that ended, as they end. */
  readonly records: RoundRecord[];
  /** What the admin of 0.2.0 asks for. */
  ask(path: string, method?: string): ReturnType<Response['json']>;
  stop(): Promise<void>;
}

async function open(
  change: Partial<TaskDefinition> = {},
  storage = join(folder, 'state'),
  clock: Clock = systemClock,
): Promise<World> {
  const admin = (await readFile(join(folder, 'admin-token'), 'utf8')).trim();
  const coordinator = await createCoordinator(
    parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], storage }),
    [lineTask({ ...masked, ...change } as Partial<TaskDefinition>), lineTask(plain)],
    { clock, random: systemRandom },
  );
  let isStopped = false;
  const stop = async () => {
    if (!isStopped) await coordinator.stop();
    isStopped = true;
  };
  cleanUp.push(stop);
  const records: RoundRecord[] = [];
  coordinator.events.on('round-ended', record => records.push(record));
  coordinator.events.on('fault', (where, error) => expect.fail(`${where}: ${error}`));
  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`${coordinator.url}/v1/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}` },
    });
    expect([path, response.status]).toEqual([path, 200]);
    return response.json();
  };
  return { coordinator, records, ask, stop };
}

/** A device of 0.2.0, with its own SDK. */
async function oldDevice(url: string, name: string): Promise<ProgramProcess> {
  const program = join(cache, `device-0.2.0-${process.pid}.mjs`);
  await mkdir(cache, { recursive: true });
  await copyFile(join(folder, 'device.mjs'), program);
  const [task] = name.split('-') as [string];
  const device = new ProgramProcess([program, url, join(folder, 'devices', name), task]);
  cleanUp.push(async () => {
    device.child.kill('SIGKILL');
    await device.ended();
    await rm(program, { force: true });
  });
  return device;
}

/** A device with today's SDK. */
async function newDevice(url: string, task: string, storage: string, enrolment: string): Promise<void> {
  const options = lineOptions(url, 0, fileStorage(storage));
  const client = new PlatformClient(
    { ...options, enrolment, tasks: { [task]: options.tasks.line! } },
    { ...nodePlatform, clock: hurried },
  );
  cleanUp.push(() => client.stop());
  await client.start();
}

/** The record of a task's next round that publishes. */
function published({ coordinator }: World, task: string): Promise<RoundRecord> {
  return new Promise(resolve =>
    coordinator.events.on('round-ended', record => {
      if (record.task === task && record.outcome === 'published') resolve(record);
    }),
  );
}

describe('a storage folder of 0.2.0', () => {
  it('passes doctor, and has all that was in it', async () => {
    const file = join(folder, 'murmuration.json');
    await writeFile(file, JSON.stringify({ port: 0, storage: join(folder, 'state') }));
    const doctor = async () => {
      const { code, output, errors } = await command(['doctor', '--config', file, '--json']);
      expect([code, errors]).toEqual([0, '']);
      const findings = JSON.parse(output).findings as { check: string; state: string; says: string }[];
      return findings.filter(({ check }) => check === 'storage').map(({ says }) => says);
    };
    expect(await doctor()).toContainEqual(expect.stringMatching(/older version/));
    // Time stands still, so that the round under way does not end.
    const { coordinator, ask, stop } = await open({}, undefined, new VirtualClock(systemClock.now()));
    const { tasks } = await ask('overview');
    expect(tasks).toMatchObject([
      { task: 'masked', isPaused: true, planVersion: 2, newest: { number: 3 }, last: { number: 4 } },
      { task: 'plain', isPaused: false, champion: { number: 1, isPinned: true }, round: { number: 7 } },
    ]);
    for (const { task, newest } of tasks) {
      const { versions } = await ask(`tasks/${task}/versions`);
      expect(versions.map(({ number }: { number: number }) => number)).toEqual(
        Array.from({ length: newest.number + 1 }, (_, i) => newest.number - i),
      );
      for (const { url } of versions) expect((await fetch(coordinator.url + url)).status).toBe(200);
      const { models } = await ask(`../tasks/${task}/models?limit=200`);
      expect(models).toHaveLength(versions.length);
      const { rounds } = await ask(`../tasks/${task}/rounds?limit=200`);
      expect(rounds.length).toBeGreaterThan(3);
    }
    const { entries } = await ask('audit');
    expect(entries.map(({ action }: { action: string }) => action)).toEqual([
      'task.resume',
      'device.revoke',
      'enrolment-token.create',
      'version.alias',
      'task.settings',
      'round.abort',
      'round.abort',
      'task.pause',
      'task.pause',
      'operator-token.create',
    ]);
    expect((await ask('devices')).devices).toHaveLength(8);
    await stop();
    expect(await doctor()).toEqual([expect.stringMatching(/up to date/)]);
  });

  it('goes on with the round that was under way, and then with devices of 0.2.0', async () => {
    const world = await open();
    await world.coordinator.start();
    // Its deadline has passed: the two updates that it had acknowledged are its sum.
    await expect.poll(() => world.records.length).toBeGreaterThan(0);
    expect(world.records[0]).toMatchObject({
      task: 'plain',
      number: 7,
      outcome: 'published',
      tally: { cohort: 3, accepted: 2 },
    });
    const next = published(world, 'plain');
    for (const index of [0, 1, 2]) await oldDevice(world.coordinator.url, `plain-${index}`);
    expect(await next).toMatchObject({ number: 8, tally: { accepted: 3 } });
    const { versions } = await world.ask('tasks/plain/versions');
    expect(versions[0]).toMatchObject({ number: 7, contributors: 3, parent: { number: 6 } });
    // Nobody has enrolled again.
    expect((await world.ask('devices')).devices).toHaveLength(8);
  });

  it('sums what devices of 0.2.0 and of today have masked, under the settings that an operator gave then', async () => {
    const world = await open();
    // What was only a default then is the definition's to say.
    const { firing } = await world.ask('alerts');
    expect(firing.map(({ rule }: { rule: string }) => rule)).not.toContain('protection-weakened');
    const { settings } = await world.ask('tasks/masked/settings');
    expect(settings).toMatchObject({ plan: { epochs: 2 }, update: { weighting: 'uniform', weightCap: 1 } });
    await world.coordinator.start();
    const next = published(world, 'masked');
    await world.ask('tasks/masked/resume', 'POST');
    for (const index of [0, 2, 3]) await oldDevice(world.coordinator.url, `masked-${index}`);
    const token = (await readFile(join(folder, 'enrolment-token'), 'utf8')).trim();
    await newDevice(world.coordinator.url, 'masked', join(folder, 'devices', 'new'), token);
    expect(await next).toMatchObject({ number: 5, planVersion: 2, tally: { accepted: 4 } });
    // A device that was revoked hears so.
    const revoked = await oldDevice(world.coordinator.url, 'masked-1');
    const [said] = await revoked.printed(/error .*/);
    expect(said).toMatch(/^error device\.revoked: An operator has revoked this device/);
  });

  it('goes on with devices that have today’s SDK on the storage of 0.2.0', async () => {
    const world = await open();
    await world.coordinator.start();
    const next = published(world, 'masked');
    await world.ask('tasks/masked/resume', 'POST');
    for (const name of ['masked-0', 'masked-2', 'masked-3', 'plain-0'])
      await newDevice(world.coordinator.url, 'masked', join(folder, 'devices', name), enrolmentToken);
    expect(await next).toMatchObject({ number: 5, tally: { accepted: 4 } });
    expect((await world.ask('devices')).devices).toHaveLength(8);
  });

  it('has rounds without devices of 0.2.0 where their plan is new to these', async () => {
    const world = await open({
      planVersion: 3,
      update: { clip: 1, bits: 12, weighting: 'examples' },
      deadlines: { ...common.deadlines, messages: '20 s' },
    });
    await world.coordinator.start();
    await world.ask('tasks/masked/resume', 'POST');
    const next = published(world, 'masked');
    const old = await oldDevice(world.coordinator.url, 'masked-0');
    for (const name of ['masked-2', 'masked-3', 'plain-0'])
      await newDevice(world.coordinator.url, 'masked', join(folder, 'devices', name), enrolmentToken);
    const [said] = await old.printed(/error .*/);
    expect(said).toMatch(/^error request\.invalid: update/);
    expect(await next).toMatchObject({ tally: { accepted: 3, late: 1 } });
  });
});

describe('a backup of 0.2.0', () => {
  it('is restored, by somebody who says that it has no signature, and goes on', async () => {
    const storage = join(folder, 'restored');
    const args = ['restore', join(folder, 'backup'), '--storage', storage];
    const refused = await command(args);
    expect(refused).toMatchObject({ code: 1, errors: expect.stringMatching(/--unverified/) });
    const { code, output, errors } = await command([...args, '--unverified']);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toMatch(/1 admins, 9 audit entries, 0 steps/);
    const world = await open({}, storage);
    await world.coordinator.start();
    const next = published(world, 'plain');
    await world.ask('tasks/plain/resume', 'POST');
    for (const index of [0, 1, 2]) await oldDevice(world.coordinator.url, `plain-${index}`);
    // Rounds that were under way are in no backup.
    expect((await next).number).toBeGreaterThan(6);
  });
});
