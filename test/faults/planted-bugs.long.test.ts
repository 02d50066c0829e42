import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bugs } from './histories/bugs.ts';

describe('a bug that histories are to find', () => {
  it.each(bugs.map(bug => [bug.name, bug] as const))('can be planted: %s', (_, { file, find, replace }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(text.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  });
});
