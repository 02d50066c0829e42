import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { Connection } from '@murmuration/sql/sqlite/connection';
import { backUp, restore } from '@murmuration/storage/folder/backup';
import { readKey } from '@murmuration/storage/folder/backup-key';
import { openStorage } from '@murmuration/storage/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { roundA } from '../../contract/rounds.ts';

let parent: string;
let backup: string;
let restored: string;
let key: Uint8Array;

/** A backup of a storage with two operators, entries of its audit log and a step of its privacy ledger. */
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'murmuration-'));
  [backup, restored] = [join(parent, 'backup'), join(parent, 'restored')];
  const folder = join(parent, 'storage');
  const storage = await openStorage(folder, new VirtualClock(1_000));
  for (const role of ['admin', 'viewer'] as const) {
    const { proof } = mintToken('operator', systemRandom, native);
    await storage.operatorTokens.add({
      ...proof,
      name: role,
      role,
      createdAt: 1,
      expiresAt: null,
      revokedAt: null,
    });
    await storage.audit.append({
      time: 1,
      actor: { id: proof.id, name: role },
      action: 'operator-token.create',
      subject: proof.id,
      outcome: 'done',
      changes: null,
    });
  }
  await storage.privacy.open({ id: 'b1', task: 'line' as TaskName, terms: null, openedAt: 1 });
  await storage.privacy.claim({
    budget: 'b1',
    step: 0,
    round: roundA,
    seed: new Uint8Array(32),
    contributors: [],
    oldest: 0,
  });
  await storage.close();
  await backUp(folder, backup);
  key = (await readKey(join(folder, 'backup.key')))!;
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** Changes the database of the backup as whoever has it can. */
async function change(...statements: readonly string[]): Promise<void> {
  const connection = await Connection.open(join(backup, 'murmuration.db'), { busyTimeout: 1_000 });
  for (const statement of statements) await connection.exec(statement);
  connection.close();
}

/** Takes away what keeps the log from being changed, empties it, and puts that back. */
async function emptyAudit(): Promise<void> {
  const connection = await Connection.open(join(backup, 'murmuration.db'), { busyTimeout: 1_000 });
  const { rows } = await connection.query(
    "select name, sql from sqlite_master where type = 'trigger' and tbl_name = 'audit'",
  );
  for (const { name } of rows) await connection.exec(`drop trigger "${name}"`);
  await connection.exec('delete from audit');
  for (const { sql } of rows) await connection.exec(String(sql));
  connection.close();
}

const isLeftEmpty = async () =>
  (await readdir(restored)).filter(name => !['lock.db', 'lock.db-journal'].includes(name)).length === 0;

describe('a backup that somebody has changed', () => {
  it.each([
    ['its audit log is empty', emptyAudit],
    ['its privacy ledger is empty', () => change('delete from privacy_steps')],
    ['its viewers are admins', () => change("update operator_tokens set role = 'admin'")],
  ])('is not restored: %s', async (_, spoil) => {
    await spoil();
    await expect(restore(backup, restored, key)).rejects.toMatchObject({
      code: 'storage.corrupt',
      detail: expect.stringContaining('changed since it was made'),
    });
    expect(await isLeftEmpty()).toBe(true);
    expect(await restore(backup, restored, undefined)).not.toMatchObject({
      admins: 1,
      auditEntries: 2,
      ledgerSteps: 1,
    });
  });

  it.each([
    [
      'a trigger that makes all operators admins',
      "create trigger promote after insert on audit begin update operator_tokens set role = 'admin'; end",
    ],
    ['a trigger less', 'drop trigger audit_unchanged'],
    ['a view', 'create view admins as select * from operator_tokens'],
    ['a column more', 'alter table operator_tokens add column x text'],
    ['an index more', 'create unique index one_role on operator_tokens (role, id)'],
  ])('is not restored without its key either, where its schema is another: %s', async (_, statement) => {
    const statements = statement.startsWith('drop') ? await dropFirst() : [statement];
    await change(...statements);
    await expect(restore(backup, restored, undefined)).rejects.toMatchObject({ code: 'storage.corrupt' });
    expect(await isLeftEmpty()).toBe(true);
  });

  it('is not restored with another key, nor without its digest', async () => {
    await expect(restore(backup, restored, new Uint8Array(32))).rejects.toMatchObject({
      code: 'storage.corrupt',
    });
    await rm(join(backup, 'backup.digest'));
    await expect(restore(backup, restored, key)).rejects.toMatchObject({
      code: 'storage.corrupt',
      detail: expect.stringContaining('has no backup.digest'),
    });
  });

  it('is told from one that nobody has changed, whose key the restored storage goes on with', async () => {
    const said = { admins: 1, auditEntries: 2, ledgerSteps: 1 };
    expect(await restore(backup, restored, key)).toMatchObject(said);
    expect(await readKey(join(restored, 'backup.key'))).toEqual(key);
    const again = join(parent, 'again');
    expect(await backUp(restored, again)).toMatchObject(said);
    expect(await restore(again, join(parent, 'third'), key)).toMatchObject(said);
    expect((await readdir(again)).sort()).toEqual(['backup.digest', 'blobs', 'murmuration.db']);
  });
});

async function dropFirst(): Promise<string[]> {
  const connection = await Connection.open(join(backup, 'murmuration.db'), { busyTimeout: 1_000 });
  const { rows } = await connection.query("select name from sqlite_master where type = 'trigger'");
  connection.close();
  return [`drop trigger "${rows[0]!.name}"`];
}

describe.runIf(process.platform !== 'win32')('a backup with something else in place of a file', () => {
  const database = () => join(backup, 'murmuration.db');

  it('is refused where that is a link to a file elsewhere', async () => {
    await rename(database(), join(parent, 'elsewhere'));
    await symlink(join(parent, 'elsewhere'), database());
    await expect(restore(backup, restored, undefined)).rejects.toMatchObject({ code: 'storage.corrupt' });
  });

  it('is refused where that is a pipe to which nobody writes, which would be waited for without end', async () => {
    await rm(database());
    spawnSync('mkfifo', [database()]);
    await expect(restore(backup, restored, undefined)).rejects.toMatchObject({ code: 'storage.corrupt' });
  });

  it('is refused where the digest is a link or a pipe', async () => {
    const digest = join(backup, 'backup.digest');
    await cp(digest, join(parent, 'digest'));
    await rm(digest);
    await symlink(join(parent, 'digest'), digest);
    await expect(restore(backup, restored, key)).rejects.toThrow();
    await rm(digest);
    spawnSync('mkfifo', [digest]);
    await expect(restore(backup, restored, key)).rejects.toThrow();
  });
});
