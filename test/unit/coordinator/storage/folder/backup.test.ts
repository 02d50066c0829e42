import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredWeights } from '@murmuration/engine/models/stored-weights';
import type { DeviceId, ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Registry } from '@murmuration/rounds/registry/registry';
import { Retention } from '@murmuration/rounds/registry/retention';
import { backUp, restore } from '@murmuration/storage/folder/backup';
import type { Stores } from '@murmuration/storage/storage';
import { describe, expect, it } from 'vitest';
import { checkpointOf, recordOf, roundA, roundB, termsOf } from '../../../../contract/rounds.ts';
import { PackedProcess } from '../../../../e2e/processes.ts';
import { layout } from '../../server/federation.ts';
import { storageFolders } from '../folders.ts';

const { make, openIn } = storageFolders();
const task = 'line' as TaskName;

/** Commits a version, with the record of its round. */
async function publish(
  { blobs, history }: Stores,
  number: number,
  as: StoredWeights = 'float32',
): Promise<ModelHash> {
  const weights = new Float32Array(4).fill(number);
  const registry = new Registry(blobs, history);
  const { hash } = await registry.store({ class_name: 'Sequential' }, layout, weights, as);
  await history.commit({
    head: {
      version: {
        model: hash,
        task,
        number,
        parent: null,
        round: null,
        strategy: 'fedAdam',
        planVersion: 1,
        contributors: 0,
        metrics: { loss: 1 / (number + 1) },
        createdAt: number,
      },
      state: { step: number, momentum: new Float32Array(1_000).fill(number) },
    },
    round: { ...recordOf(roundA), round: `r${number}`.padEnd(22, '-') as RoundId, number },
  });
  return hash;
}

async function withStorage() {
  const parent = await make();
  const folder = join(parent, 'storage');
  const storage = await openIn(folder);
  for (let number = 0; number < 3; number++) await publish(storage, number);
  const id = 'device'.padEnd(22, '-') as DeviceId;
  await storage.devices.add({
    id,
    publicKey: new Uint8Array(32).fill(1),
    certificate: undefined,
    enrolledAt: 0,
    revokedAt: null,
  });
  return { folder, storage, backup: join(parent, 'backup'), restored: join(parent, 'restored') };
}

/** All that a storage says of its task, models read through. */
async function contents({ blobs, history, devices, rounds }: Stores) {
  const versions = await history.versions(task, 99, 99);
  return {
    head: await history.head(task),
    versions,
    models: await Promise.all(
      versions.map(async ({ model }) => [...(await new Registry(blobs, history).files(model)).weights]),
    ),
    rounds: await history.rounds(task, 99, 99),
    devices: await devices.list({ after: undefined, limit: 99 }),
    underWay: await rounds.underWay(),
  };
}

describe('a backup', () => {
  it('of a storage in use gives all of it back, but no round under way', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    for (const round of [roundA, roundB]) await storage.rounds.begin(termsOf(round));
    const secret = Buffer.alloc(64, 171);
    await storage.rounds.append(roundA, [{ type: 'stated', statement: secret }]);
    await storage.rounds.checkpoint(roundA, checkpointOf('one', 'two'), { erase: true });
    const before = await contents(storage);
    expect(await backUp(folder, backup)).toMatchObject({ versions: 3, files: 9 });
    await publish(storage, 3);
    expect(await restore(backup, restored, undefined)).toMatchObject({ versions: 3, files: 9 });
    const again = await openIn(restored);
    expect(await contents(again)).toEqual({ ...before, underWay: [] });
    expect(await readFile(join(backup, 'murmuration.db')).then(bytes => bytes.includes(secret))).toBe(false);
    expect((await readdir(backup)).sort()).toEqual(['backup.digest', 'blobs', 'murmuration.db']);
    await publish(again, 3);
    expect((await again.history.head(task))!.version.number).toBe(3);
  });

  it('has the smaller weights of versions too', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    const model = await publish(storage, 3, 'int8');
    const [, smaller] = await new Registry(storage.blobs, storage.history).weightFilesOf(model);
    await backUp(folder, backup);
    await restore(backup, restored, undefined);
    expect(await (await openIn(restored)).blobs.get(smaller!)).toEqual(await storage.blobs.get(smaller!));
  });

  it('is independent of the storage: what becomes of one is nothing to the other', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    await backUp(folder, backup);
    for (const name of await readdir(join(folder, 'blobs'))) await truncate(join(folder, 'blobs', name), 1);
    await storage.close();
    await restore(backup, restored, undefined);
    expect((await contents(await openIn(restored))).models).toHaveLength(3);
  });

  it('is whole while rounds are committed and old versions deleted', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    const clock = new VirtualClock(1_000 + 7_200_000);
    const retention = new Retention(
      { versions: 2, roundsFor: null },
      storage.history,
      storage.blobs,
      clock,
      storage.verdicts,
    );
    let isDone = false;
    const backingUp = backUp(folder, backup).finally(() => {
      isDone = true;
    });
    for (let number = 3; !isDone; number++) {
      await publish(storage, number);
      await retention.apply(task, new Set());
    }
    const { versions } = await backingUp;
    await publish(storage, 100);
    await retention.apply(task, new Set());
    expect(await readdir(join(folder, 'blobs'))).toHaveLength(6);
    await restore(backup, restored, undefined);
    const { models, head } = await contents(await openIn(restored));
    expect(models).toHaveLength(versions);
    expect(models[0]![0]).toBe(head!.version.number);
  });

  it('refuses a place where there is something, and a folder without storage, and touches neither', async () => {
    const { folder, backup } = await withStorage();
    await cp(join(folder, 'blobs'), backup, { recursive: true });
    const there = await readdir(backup);
    await expect(backUp(folder, backup)).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await readdir(backup)).toEqual(there);
    for (const empty of [await make(), join(folder, 'nowhere')])
      await expect(backUp(empty, join(folder, 'x'))).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await readdir(folder)).not.toContain('x');
  });

  it.each([
    ['damaged', 'model.corrupt', (path: string) => truncate(path, 3)],
    ['missing', 'model.missing', (path: string) => rm(path)],
  ])('of a storage with a %s file is refused, and leaves nothing', async (_how, code, spoil) => {
    const { folder, backup } = await withStorage();
    const [name] = await readdir(join(folder, 'blobs'));
    await spoil(join(folder, 'blobs', name!));
    const error = await backUp(folder, backup).catch(refused => refused);
    expect(error.code).toBe(code);
    expect(error.detail).toContain(name);
    expect(await readdir(backup)).toEqual([]);
  });
});

describe('restoring', () => {
  it('refuses a folder in use, one that is not empty, and what is no backup', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    await backUp(folder, backup);
    await expect(restore(backup, folder, undefined)).rejects.toMatchObject({ code: 'storage.in-use' });
    await storage.close();
    await expect(restore(backup, folder, undefined)).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(restore(join(backup, 'blobs'), restored, undefined)).rejects.toMatchObject({
      code: 'config.invalid',
    });
    expect((await contents(await openIn(folder))).models).toHaveLength(3);
  });

  it.each([
    ['a damaged file', 'model.corrupt', (name: string) => name.length === 64],
    ['a damaged database', 'storage.corrupt', (name: string) => name === 'murmuration.db'],
  ])('refuses a backup with %s, and leaves the folder as it was', async (_what, code, isSpoilt) => {
    const { folder, backup, restored } = await withStorage();
    await backUp(folder, backup);
    const names = await readdir(backup, { recursive: true });
    const path = join(backup, names.find(name => isSpoilt(name.replace('blobs/', '')))!);
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(7, bytes.length >> 1));
    await expect(restore(backup, restored, undefined)).rejects.toMatchObject({ code });
    expect((await readdir(restored)).filter(name => name !== 'lock.db')).toEqual([]);
    await rm(backup, { recursive: true });
    await backUp(folder, backup);
    await restore(backup, restored, undefined);
    expect((await contents(await openIn(restored))).models).toHaveLength(3);
  });
});

describe('the commands', () => {
  it('back up beside the process that has the folder, and restore', async () => {
    const { folder, storage, backup, restored } = await withStorage();
    const run = async (...args: string[]) => {
      const command = new PackedProcess('coordinator/cli/src/cli.ts', args);
      const code = await command.ended();
      return { code, output: command.output, errors: command.errors };
    };
    const backedUp = await run('backup', backup, '--storage', folder);
    expect(backedUp).toMatchObject({ code: 0, errors: '' });
    expect(backedUp.output).toMatch(
      /^Backed up 3 model versions, 9 files, 0\.0 MiB; 0 admins, 0 audit entries, 0 steps of privacy ledgers from .*\nKeep a copy of /,
    );
    const key = join(folder, 'backup.key');
    const refused = await run('restore', backup, '--storage', folder, '--key', key);
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('stop it first');
    const nowhere = await run('backup', backup);
    expect(nowhere.code).toBe(1);
    expect(nowhere.errors).toContain('--storage');
    const before = await contents(storage);
    const unsigned = await run('restore', backup, '--storage', restored);
    expect(unsigned.code).toBe(1);
    expect(unsigned.errors).toContain('--key');
    const unverified = await run('restore', backup, '--storage', `${restored}-2`, '--unverified');
    expect(unverified).toMatchObject({ code: 0, errors: '' });
    expect(unverified.output).toContain('Nothing shows that the backup is what was backed up');
    const verified = await run('restore', backup, '--storage', restored, '--key', key);
    expect(verified).toMatchObject({ code: 0, errors: '' });
    expect(verified.output).not.toContain('Nothing shows');
    expect(await contents(await openIn(restored))).toEqual(before);
  });
});
