import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { inspectFolder } from '@murmuration/storage/folder/inspect';
import type { Stores } from '@murmuration/storage/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { checkpointOf, roundA, termsOf } from '../../contract/rounds.ts';
import { enrolmentToken } from '../../e2e/line.ts';
import { PackedProcess } from '../../e2e/processes.ts';
import { storageFolders } from '../../unit/coordinator/storage/folders.ts';

const { make, openIn } = storageFolders();

const holders: PackedProcess[] = [];
afterEach(() => {
  for (const { child } of holders.splice(0)) child.kill('SIGKILL');
});
function hold(folder: string): PackedProcess {
  const holder = new PackedProcess('test/unit/coordinator/storage/holder.ts', [folder]);
  holders.push(holder);
  return holder;
}

/** Takes every lock file away. */
async function unlock(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.includes('lock')) await rm(join(folder, name));
}

const device = {
  id: 'a-device'.padEnd(22, '-') as DeviceId,
  publicKey: new Uint8Array(32),
  certificate: undefined,
  enrolledAt: 0,
  revokedAt: null,
};

/** Another process takes the storage over without having asked whether its owner lives. */
async function takeOver(folder: string): Promise<void> {
  const connection = await Connection.open(join(folder, 'murmuration.db'), { busyTimeout: 1_000 });
  await connection.query("update owner set token = 'another'");
  connection.close();
}

const writes: readonly (readonly [string, (storage: Stores) => Promise<unknown>])[] = [
  ['a row', storage => storage.devices.add(device)],
  ['the journal of a round', storage => storage.rounds.append(roundA, [{ type: 'shifted', by: -1 }])],
  ['the sum of a round', storage => storage.rounds.checkpoint(roundA, checkpointOf('one'), { erase: false })],
];

describe('a storage folder whose lock file somebody deletes', () => {
  it('is refused to a second process all the same', async () => {
    const folder = await make();
    await openIn(folder);
    await unlock(folder);
    const second = hold(folder);
    await second.printed(/storage\.in-use/);
    expect(await second.ended()).toBe(0);
  });

  it('is refused to a second storage of the same process', async () => {
    const folder = await make();
    const storage = await openIn(folder);
    await unlock(folder);
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.in-use' });
    expect(await inspectFolder(folder, 0)).toMatchObject({ isTaken: true });
    await storage.devices.add(device);
  });

  it('is free once its owner was killed', async () => {
    const folder = await make();
    const first = hold(folder);
    await first.printed(/It is mine/);
    await unlock(folder);
    await expect(openIn(folder)).rejects.toMatchObject({ code: 'storage.in-use' });
    first.child.kill('SIGKILL');
    await first.ended();
    expect(await inspectFolder(folder, 0)).toMatchObject({ isTaken: false });
    await (await openIn(folder)).devices.add(device);
  });

  it('is written by nobody who has lost it', async () => {
    const folder = await make();
    const storage = await openIn(folder);
    await storage.rounds.begin(termsOf(roundA));
    await takeOver(folder);
    for (const [what, write] of writes)
      await expect(write(storage), what).rejects.toMatchObject({ code: 'storage.in-use' });
    const [round] = await storage.rounds.underWay();
    expect(round).toMatchObject({ entries: [], checkpoint: undefined });
    expect(await storage.devices.count()).toBe(0);
  });

  it('ends the coordinator that has lost it', async () => {
    const folder = await make();
    const program = new PackedProcess(
      'coordinator/cli/src/cli.ts',
      ['serve', 'test/attacks/storage/quick-task.ts'],
      {
        MURMURATION_ENROLMENT_TOKENS: enrolmentToken,
        MURMURATION_STORAGE: folder,
        MURMURATION_PORT: '0',
      },
    );
    holders.push(program);
    await program.printed(/listens on/);
    await takeOver(folder);
    expect(await program.ended()).toBe(1);
    expect(program.errors).toContain('Another process has the database');
  });

  it('leaves a copy of it free', async () => {
    const [folder, copy] = [await make(), await make()];
    const storage = await openIn(folder);
    await storage.devices.add(device);
    await mkdir(copy, { recursive: true });
    for (const name of ['murmuration.db', 'murmuration.db-wal'])
      await copyFile(join(folder, name), join(copy, name));
    expect(await (await openIn(copy)).devices.count()).toBe(1);
  });
});
