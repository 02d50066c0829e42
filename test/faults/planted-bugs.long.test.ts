import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bugs } from './histories/bugs.ts';
import { bugs as bugsForTests } from './planted/bugs.ts';
import { placeOf, sourcesOf } from './planted/planted.ts';

describe('a bug that histories are to find', () => {
  it.each(bugs.map(bug => [bug.name, bug] as const))('can be planted: %s', (_, { file, find, replace }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  });
});

describe('a bug that tests are to find', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = sourcesOf(root);

  it.each(bugsForTests.map(bug => [bug.name, bug] as const))('can be planted: %s', async (_, bug) => {
    expect(placeOf(bug, await sources)).toMatch(/\.tsx?$/);
    expect(bug.replace).not.toBe(bug.find);
    for (const test of bug.tests) expect(existsSync(`${root}${test}`), test).toBe(true);
  });
});
