import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { afterEach, expect, it } from 'vitest';
import { enrolmentToken, lineTask } from '../../e2e/line.ts';
import { PackedProcess } from '../../e2e/processes.ts';
import { askAs, operatorTokens } from '../operators.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-lost-entry-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function start(storage: Stores): Promise<Coordinator> {
  const config = parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens });
  const surroundings = { clock: systemClock, random: systemRandom, storage };
  const coordinator = await createCoordinator(config, [lineTask()], surroundings);
  cleanUp.push(async () => {
    await coordinator.stop();
    await storage.close();
  });
  return coordinator;
}

const entriesOf = async ({ url }: Coordinator) => (await askAs('viewer', url, '/audit')).body.entries;
const isPaused = ({ control }: Coordinator) => control.tasks[0]!.isPaused;

it('an operator whose coordinator is killed between what it did and its entry is in the audit log', async () => {
  const folder = await newFolder();
  const process = new PackedProcess('test/attacks/operators/killed-coordinator.ts', [folder], {
    OPERATOR_TOKENS: JSON.stringify(operatorTokens),
  });
  cleanUp.push(() => process.child.kill('SIGKILL'));
  const [, url] = await process.printed(/listens on (\S+)\./);
  await expect(askAs('operator', url!, '/tasks/line/pause', { method: 'POST' })).rejects.toThrow();
  expect(await process.ended()).toBe('SIGKILL');

  const coordinator = await start(await openStorage(folder, systemClock));
  expect(isPaused(coordinator)).toBe(true);
  const lost = {
    actor: { name: 'the operator' },
    action: 'task.pause',
    subject: 'line',
    outcome: 'begun',
    changes: null,
  };
  expect(await entriesOf(coordinator)).toMatchObject([lost]);
  await askAs('operator', coordinator.url, '/tasks/line/resume', { method: 'POST' });
  expect(await entriesOf(coordinator)).toMatchObject([{ action: 'task.resume', outcome: 'done' }, lost]);
});

it('an operator changes nothing where the audit log can’t be written', async () => {
  const storage = await openStorage(await newFolder(), systemClock);
  const append = () => Promise.reject(new MurmurationError('storage.full'));
  const coordinator = await start({ ...storage, audit: { ...storage.audit, append } });
  const { status, body } = await askAs('operator', coordinator.url, '/tasks/line/pause', { method: 'POST' });
  expect([status, body.code]).toEqual([503, 'storage.full']);
  expect(isPaused(coordinator)).toBe(false);
});
