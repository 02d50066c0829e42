import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { versionCommands } from '@murmuration/cli/commands/versions';
import { checkStorage } from '@murmuration/cli/doctor/folders';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import type { TaskDefinition } from '@murmuration/rounds/task/define-task';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { enrolmentToken, eventOf, lineClient, lineTask } from '../../e2e/line.ts';
import { askAs, operatorTokens, textOf } from '../operators.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

async function start(folder: string, change: Partial<TaskDefinition> = {}): Promise<Coordinator> {
  const config = parseConfig({
    port: 0,
    log: 'silent',
    enrolmentTokens: [enrolmentToken],
    operatorTokens,
    storage: folder,
  });
  const coordinator = await createCoordinator(config, [lineTask(change)]);
  cleanUp.push(() => coordinator.stop());
  return coordinator;
}

/** A storage folder with a few versions of a task, and the hashes of the newest one's files. */
async function trained(change: Partial<TaskDefinition> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'murmuration-unreadable-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const coordinator = await start(folder, change);
  const clients = [0, 1, 2, 3].map(index => lineClient(coordinator.url, index));
  await Promise.all(clients.map(client => client.start()));
  await coordinator.start();
  await eventOf(coordinator.events, 'round-ended', ({ number, outcome }: RoundRecord) => {
    return outcome === 'published' && number >= 2;
  });
  await coordinator.endRounds();
  await Promise.all(clients.map(client => client.stop()));
  const { models } = await (await fetch(`${coordinator.url}/v1/tasks/line/models`)).json();
  await coordinator.stop();
  const [newest] = models as { readonly number: number; readonly model: string }[];
  const path = join(folder, 'blobs', newest!.model);
  const { weightsHash } = parseModelJson(newest!.model as never, await readFile(path));
  return { folder, number: newest!.number, path, weights: join(folder, 'blobs', weightsHash) };
}

const ready = async ({ url }: Coordinator) => {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, body: await response.json() };
};

async function roll(url: string, version: string): Promise<void> {
  vi.stubEnv('MURMURATION_TOKEN', textOf('operator'));
  const program = new Command();
  versionCommands(program);
  await program.parseAsync(['rollback', version, '--url', url, '--json'], { from: 'user' });
}

const spoil = {
  'has another content': (path: string) => writeFile(path, 'spoilt'),
  'is gone': (path: string) => rm(path),
  'is a folder': async (path: string) => {
    await rm(path);
    await mkdir(path);
  },
} as const;

describe('the newest version of a task', () => {
  it.each(Object.entries(spoil))(
    'whose file %s is said to be unreadable, and gives way to an older one by command',
    async (_, damage) => {
      const { folder, number, path } = await trained();
      await damage(path);
      const coordinator = await start(folder);
      expect(await ready(coordinator)).toMatchObject({
        status: 503,
        body: { code: 'model.unreadable', detail: expect.stringContaining(`Version ${number} of line`) },
      });
      const alerts = async () =>
        (await askAs('viewer', coordinator.url, '/alerts')).body.firing.map(({ rule, severity }: Alert) => ({
          rule,
          severity,
        }));
      expect(await alerts()).toEqual([{ rule: 'version-unreadable', severity: 'critical' }]);
      const { findings } = await checkStorage({ storage: folder }, true, Date.now());
      expect(findings.find(({ check }) => check === 'versions')).toMatchObject({
        state: 'fault',
        says: expect.stringContaining(`Version ${number} of line`),
      });

      const over = eventOf(coordinator.events, 'alert', ({ resolvedAt }: Alert) => resolvedAt !== null);
      await roll(coordinator.url, `line@${number - 1}`);
      await over;
      expect(await ready(coordinator)).toEqual({ status: 200, body: { status: 'ok' } });
      expect(await alerts()).toEqual([]);
      const clients = [0, 1, 2, 3].map(index => lineClient(coordinator.url, index));
      cleanUp.push(() => Promise.all(clients.map(client => client.stop())));
      await Promise.all(clients.map(client => client.start()));
      await coordinator.start();
      const [record] = await eventOf<[RoundRecord]>(coordinator.events, 'round-ended');
      expect(record.outcome).toBe('published');
    },
    60_000,
  );

  it('whose strategy has lost its memory is treated alike', async () => {
    const change = { strategy: fedAdam() } as Partial<TaskDefinition>;
    const { folder, number, path, weights } = await trained(change);
    const files = await Promise.all(
      (await readdir(join(folder, 'blobs'))).map(async name => {
        const file = join(folder, 'blobs', name);
        return { file, time: (await stat(file)).mtimeMs };
      }),
    );
    const [vector] = files
      .filter(({ file }) => file !== path && file !== weights)
      .sort((a, b) => b.time - a.time);
    await rm(vector!.file);
    const coordinator = await start(folder, change);
    expect((await ready(coordinator)).status).toBe(503);
    const read = eventOf(coordinator.events, 'readability');
    await roll(coordinator.url, `line@${number - 1}`);
    await read;
    expect((await ready(coordinator)).status).toBe(200);
  });

  it('that is damaged is not set aside for one that is damaged as well', async () => {
    const { folder, number, path } = await trained();
    await writeFile(path, 'spoilt');
    const coordinator = await start(folder);
    await expect(roll(coordinator.url, `line@${number}`)).rejects.toMatchObject({ code: 'model.corrupt' });
    expect((await ready(coordinator)).status).toBe(503);
  });
});
