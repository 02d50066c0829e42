import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrolmentToken, eventOf, openCoordinator } from './line.ts';
import { PackedProcess, type ProgramProcess, SourceProcess } from './processes.ts';
import { RawDevice } from './raw-device.ts';

const cli = 'coordinator/cli/src/cli.ts';
const env = { MURMURATION_ENROLMENT_TOKENS: enrolmentToken, MURMURATION_PORT: '0' };
const task = 'test/e2e/line-task.ts';

let folder: string;
const started: ProgramProcess[] = [];

function run(file: string, args: readonly string[], variables: Record<string, string> = {}): ProgramProcess {
  const process = new PackedProcess(file, args, variables);
  started.push(process);
  return process;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-e2e-'));
});

afterEach(async () => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

describe('murmuration serve', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends its rounds and exits with 0 at %s', async signal => {
    // From its sources, as people run it from a clone.
    const serve = new SourceProcess(cli, ['serve', task], env);
    started.push(serve);
    const [, url] = await serve.printed(/listens on (http:\S+)/);
    const device = await new RawDevice(url!).join();
    await device.assigned();
    const [told, closed] = [device.next('round-end'), device.closed()];
    serve.child.kill(signal);
    await told;
    await closed;
    device.socket.disconnect();
    expect(await serve.ended()).toBe(0);
  });

  it.each([
    ['no task', ['serve'], env, /Name the module of a task at least/],
    ['an unknown command', ['server', task], env, /unknown command 'server'/],
    ['an unknown option', ['serve', task, '--confg', 'x'], env, /unknown option '--confg'[\s\S]*--config/],
    ['a task module that is not there', ['serve', 'none.ts'], env, /task module none\.ts can't be loaded/],
    [
      'a module without a task',
      ['serve', 'test/seeded-random.ts'],
      env,
      /is not a task; make it with defineTask/,
    ],
    [
      'no configuration',
      ['serve', task],
      { MURMURATION_ENROLMENT_TOKENS: '' },
      /There is no configuration: name a file/,
    ],
    ['no token', ['serve', task], { MURMURATION_PORT: '0' }, /enrolmentTokens: .*it is missing/],
    ['a wrong port', ['serve', task], { ...env, MURMURATION_PORT: 'http' }, /port: .*found "http"/],
    ['a file that is not there', ['serve', task, '-c', 'none.json'], env, /file none\.json can't be read/],
  ])('says in one sentence what is wrong about %s', async (_, args, variables, sentence) => {
    const serve = run(cli, args, variables);
    expect(await serve.ended()).toBe(1);
    expect(serve.errors).toMatch(sentence);
    expect(serve.errors).not.toMatch(/\n\s+at /);
  });

  it('says so where its port is taken', async () => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ port, enrolmentTokens: [enrolmentToken] }));
    const serve = run(cli, ['serve', task, '--config', file], { MURMURATION_ENROLMENT_TOKENS: '' });
    expect(await serve.ended()).toBe(1);
    expect(serve.errors).toBe(
      `Port ${port} of 127.0.0.1 is taken by another program; choose another one, or 0 for any free one.\n`,
    );
    await new Promise(resolve => other.close(resolve));
  });
});

it('a device that is killed in the middle of a round goes on with its part when it is back', async () => {
  const coordinator = await openCoordinator({
    cohort: { goal: 1, minimum: 1, overSelection: 1 },
    deadlines: { gathering: '1 min', updates: '1 min' },
  });
  await coordinator.start();
  const assigned = eventOf<[RoundState]>(coordinator.events, 'round', ({ phase }) => phase === 'updates');
  const first = run('test/e2e/device.ts', [coordinator.url, folder, 'stall']);
  await assigned;
  await first.printed(/training/);
  const gone = eventOf(coordinator.events, 'disconnected');
  const ended = eventOf<[RoundRecord]>(coordinator.events, 'round-ended');
  first.child.kill('SIGKILL');
  await gone;
  run('test/e2e/device.ts', [coordinator.url, folder]);
  const [record] = await ended;
  expect(record).toMatchObject({
    number: 1,
    outcome: 'published',
    tally: { cohort: 1, accepted: 1, lost: 0 },
  });
  await coordinator.stop();
});
