import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { targets } from './target.ts';

const open = targets(afterEach);
let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'murmuration-page-'));
  const page = join(parent, 'page');
  await mkdir(join(page, 'assets', '.cache'), { recursive: true });
  await mkdir(join(page, '.git'));
  await mkdir(join(parent, 'secrets'));
  for (const [name, text] of [
    ['page/index.html', '<title>Page</title>'],
    ['page/assets/main-1a2b3c4d.js', 'export {};'],
    ['page/.env', 'SECRET=1'],
    ['page/.git/config', 'SECRET=2'],
    ['page/assets/.cache/a.txt', 'SECRET=3'],
    ['secrets/key.pem', 'SECRET=4'],
  ] as const)
    await writeFile(join(parent, name), text);
  await symlink(join(parent, 'secrets', 'key.pem'), join(page, 'key.pem'));
  await symlink(join(parent, 'secrets'), join(page, 'secrets'));
});
afterEach(() => rm(parent, { recursive: true }));

const openPage = () => open({ apps: { '/page/': { folder: join(parent, 'page') } } });

describe('a stranger that asks for what lies beside the files of a page', () => {
  it.each([
    '.env',
    '%2eenv',
    '.git/config',
    'assets/.cache/a.txt',
    'key.pem',
    'secrets/key.pem',
    'secrets/',
    '../secrets/key.pem',
    '%2e%2e/secrets/key.pem',
    'assets/..%2f..%2f..%2fsecrets/key.pem',
    '.',
    '%00',
  ])('finds nothing at %s', async path => {
    const target = await openPage();
    const response = await fetch(`${target.url}/page/${path}`);
    // An address that goes up, such as "." of a browser, is the page itself.
    expect(await response.text()).not.toContain('SECRET');
    expect(target.faults).toEqual([]);
  });

  it('finds no file that came later', async () => {
    const target = await openPage();
    const get = (path: string) => fetch(`${target.url}/page/${path}`);
    expect(await (await get('')).text()).toBe('<title>Page</title>');
    expect(await (await get('assets/main-1a2b3c4d.js')).text()).toBe('export {};');
    await writeFile(join(parent, 'page', 'later.txt'), 'SECRET=5');
    expect((await get('later.txt')).status).toBe(404);
  });
});
