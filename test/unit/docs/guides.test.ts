import { murmuration } from '@murmuration/cli/program';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands, words } from '../../../scripts/counts.mjs';
import { readDocuments } from '../../docs/documents.ts';

const most = 1_000;
const documents = readDocuments();
const guides = [...documents].filter(([path]) => path.startsWith('docs/guides/'));

describe('the guides', () => {
  it('are found', () => {
    expect(guides.length).toBeGreaterThan(20);
  });

  it.each(guides)(`%s has at most ${most} words`, (_, text) => {
    expect(words(text)).toBeLessThanOrEqual(most);
  });

  it('are counted by what has a letter or a digit', () => {
    expect(words('# One\n\n| two | `three` |\n|---|---|\n\n- 4 – five.')).toBe(5);
  });
});

describe('the glossary', () => {
  const text = documents.get('docs/glossary.md')!;
  const rows = text.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| word '));
  const terms = rows.map(row => {
    const [, term, page] = /^\| \[([\w -]+)\]\(([\w/.-]+\.md)(?:#[\w-]+)?\) \| \S.* \|$/.exec(row) ?? [row];
    return { term, page };
  });

  it('has at most 500 words', () => {
    expect(words(text)).toBeLessThanOrEqual(500);
  });

  it('has each word once, by the alphabet', () => {
    const listed = terms.map(({ term }) => term);
    expect(listed.length).toBeGreaterThan(30);
    expect(listed).toEqual([...new Set(listed)].toSorted());
  });

  // links.test.ts finds the links that lead nowhere.
  it.each(terms)('leads from $term to a page that says the word', ({ term, page }) => {
    const said = documents.get(`docs/${page}`)?.replaceAll(/\s+/g, ' ').toLowerCase();
    expect(said).toMatch(new RegExp(`\\b${term}\\b|\\b${term}s\\b`));
  });
});

describe('the commands that are counted', () => {
  const leavesOf = (command: Command, name: string): string[] =>
    command.commands.length === 0
      ? [name]
      : command.commands.flatMap(each => leavesOf(each as Command, `${name} ${each.name()}`));

  it('are those of the program that have none below', async () => {
    expect(commands().toSorted()).toEqual(leavesOf(await murmuration(), 'murmuration').toSorted());
  });
});
