import { spawnSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAsking } from '@murmuration/demo/demonstration/asking';
import { afterEach, beforeEach, expect, it } from 'vitest';

const day = 24 * 3_600_000;
const now = 1_000 * day;
const dead = spawnSync(process.execPath, ['--version']).pid;

let temporary: string;
let server: Server;
let posts: string[];
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'murmuration-asking-'));
  posts = [];
  server = createServer((request, response) => {
    posts.push(request.url!);
    response.end(JSON.stringify({ token: { id: 'the-id' }, text: 'the-token' }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.close();
  await rm(temporary, { recursive: true });
});

const open = () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return openAsking({ url, operatorToken: 'o', model: 'keyboard', now, temporary });
};

/** Leaves a folder behind, as a process did that was killed `age` ms ago. */
async function leave(name: string, age: number, mode = 0o700): Promise<void> {
  const folder = join(temporary, name);
  await mkdir(folder);
  await writeFile(join(folder, 'header'), 'Authorization: Bearer old\n', { mode: 0o600 });
  await utimes(folder, (now - age) / 1_000, (now - age) / 1_000);
  await chmod(folder, mode);
}

it('keeps the token in a file that only its owner reads, until the end', async () => {
  const { line, end } = await open();
  const [, file] = /^curl -H @(\S+) /.exec(line)!;
  expect(await readFile(file!, 'utf8')).toBe('Authorization: Bearer the-token\n');
  expect((await stat(file!)).mode & 0o777).toBe(0o600);
  expect((await stat(join(file!, '..'))).mode & 0o777).toBe(0o700);
  await end();
  expect(await readdir(temporary)).toEqual([]);
  expect(posts.at(-1)).toBe('/v1/admin/inference-tokens/the-id/revoke');
});

it('removes what processes have left that were killed, and nothing else', async () => {
  await leave(`murmuration-ask-${dead}-aaaaaa`, 1_000);
  await leave('murmuration-ask-oldone', day + 1);
  await leave(`murmuration-ask-${process.pid}-bbbbbb`, day + 1);
  const kept = [
    `murmuration-ask-${process.pid}-cccccc`,
    'murmuration-ask-newone',
    `murmuration-else-${dead}-dddddd`,
    `murmuration-ask-${dead}-not-ours`,
  ];
  for (const name of kept) await leave(name, 1_000);
  // One that holds something else is somebody else's.
  await leave(`murmuration-ask-${dead}-eeeeee`, 1_000);
  await writeFile(join(temporary, `murmuration-ask-${dead}-eeeeee`, 'more'), '');
  await symlink(join(temporary, kept[0]!), join(temporary, `murmuration-ask-${dead}-ffffff`));
  const { end } = await open();
  await end();
  expect((await readdir(temporary)).toSorted()).toEqual(
    [...kept, `murmuration-ask-${dead}-eeeeee`, `murmuration-ask-${dead}-ffffff`].toSorted(),
  );
  expect(await readdir(join(temporary, kept[0]!))).toEqual(['header']);
});
