import { spawnSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '@murmuration/client-sdk/storage/file';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let parent: string;
let folder: string;
let victim: string;
const precious = 'what the account has elsewhere';
const bytes = new Uint8Array([1, 2, 3]);

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'murmuration-'));
  folder = join(parent, 'device');
  victim = join(parent, 'victim');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(victim, precious);
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const open = () => fileStorage(folder, systemRandom);
const isUntouched = async () => (await readFile(victim, 'utf8')) === precious;

/** Names by which a change of the entry "key" writes, or erases. */
const names = ['key', '.old-key', '.new-key'];

describe.runIf(process.platform !== 'win32')('the folder of a device in which somebody has put', () => {
  it.each(names)('a link to a file elsewhere, as %s, leaves that file as it is', async name => {
    const storage = open();
    for (const act of [
      () => storage.put('key', bytes),
      () => storage.delete('key'),
      () => storage.clear([]),
      async () => (await storage.claim(new AbortController().signal, () => {}))(),
    ]) {
      await rm(join(folder, name), { force: true });
      await symlink(victim, join(folder, name));
      await act();
      expect(await isUntouched()).toBe(true);
    }
  });

  it('a link in place of an entry has that not read', async () => {
    await symlink(victim, join(folder, 'key'));
    await expect(open().get('key')).rejects.toThrow();
  });

  it('a pipe keeps nobody waiting', async () => {
    spawnSync('mkfifo', [join(folder, 'key')]);
    await expect(open().get('key')).rejects.toMatchObject({ code: 'config.invalid' });
    await open().put('key', bytes);
    expect(await open().get('key')).toEqual(bytes);
  });
});

describe.runIf(process.platform !== 'win32')('the folder of a device to which others may write', () => {
  it.each([0o777, 0o770, 0o722, 0o1777])('is refused: %o', async mode => {
    await chmod(folder, mode);
    const refused = { code: 'config.invalid', detail: expect.stringContaining(`chmod go-w ${folder}`) };
    const storage = open();
    await expect(storage.get('key')).rejects.toMatchObject(refused);
    await expect(storage.put('key', bytes)).rejects.toMatchObject(refused);
    await expect(storage.delete('key')).rejects.toMatchObject(refused);
    await expect(storage.clear([])).rejects.toMatchObject(refused);
    await chmod(folder, 0o755);
    await storage.put('key', bytes);
    expect(await storage.get('key')).toEqual(bytes);
  });

  it('is not made: a new one is for this account alone', async () => {
    await rm(folder, { recursive: true });
    await open().put('key', bytes);
    expect((await stat(folder)).mode & 0o077).toBe(0);
    expect(await readdir(folder)).toEqual(['key']);
  });
});

describe('an entry whose change a crash has cut off before it took its place', () => {
  it('is whole afterwards, though its bytes have another name', async () => {
    const storage = open();
    await storage.put('key', bytes);
    await link(join(folder, 'key'), join(folder, '.old-key'));
    const release = await storage.claim(new AbortController().signal, () => {});
    expect(await storage.get('key')).toEqual(bytes);
    await release();
    expect(await readdir(folder)).toEqual(['key']);
  });
});
