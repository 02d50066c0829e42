import { existsSync, readFileSync } from 'node:fs';
import { movedCommands } from '@murmuration/cli/arguments/moved-commands';
import { murmuration } from '@murmuration/cli/program';
import { places } from '@murmuration/dashboard/context/routes';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { root } from '../../docs/documents.ts';

const text = readFileSync(`${root}docs/moved.md`, 'utf8');
const sections = text.split(/^## /m);
const rowsOf = (name: string) =>
  [...sections.find(each => each.startsWith(name))!.matchAll(/^\| (.*) \|$/gm)]
    .slice(1)
    .map(([, row]) => row!.split('|').map(cell => cell.trim()))
    .filter(([first]) => !/^-+$/.test(first!.replaceAll('|', '')));

describe('what docs/moved.md says of the dashboard', () => {
  const rows = rowsOf('Pages');

  it.each(rows)('%s is at %s, %s', (_, place, tab) => {
    const names = places[place!.toLowerCase() as keyof typeof places] as readonly string[];
    expect(names).toContain((tab || place)!.toLowerCase());
  });

  it('names each tab', () => {
    const named = rows.map(([, place, tab]) => (tab || place)!.toLowerCase());
    expect(new Set(named)).toEqual(new Set(Object.values(places).flat()));
  });
});

/** The command that these words name, and what they leave. */
function found(program: Command, words: readonly string[]): Command | undefined {
  const [word, ...rest] = words;
  if (word === undefined || word.startsWith('-')) return program;
  const next = program.commands.find(each => each.name() === word || each.aliases().includes(word));
  return next && found(next as Command, rest);
}

describe('what docs/moved.md says of the commands', async () => {
  const program = await murmuration();
  const spans = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, command]) => command!);
  const moved = rowsOf('Commands').flatMap(([old, now]) => spans(old!).map(each => [each, spans(now!)[0]!]));
  const kept = spans(text.slice(text.indexOf('As before:'), text.indexOf('## Guides')));

  it('is of all 57 that there were', () => {
    const old = [...moved.map(([each]) => each), ...kept];
    expect(new Set(old).size).toBe(old.length);
    expect(old).toHaveLength(57);
  });

  it.each([...moved, ...kept.map(each => [each, each])])('%s is %s', (old, now) => {
    const words = now!.split(' ');
    const command = found(program, words)!;
    expect(command).toBeDefined();
    const named = words.filter(word => word.startsWith('--'));
    const own = (command.commands[0] ?? command) as Command;
    expect(own.options.map(({ long }) => long)).toEqual(expect.arrayContaining(named));
    // The old name still works, or says the new one.
    const instead = movedCommands[old!];
    if (instead === undefined) expect(found(program, old!.split(' '))).toBeDefined();
    else expect(instead.replace(' show', '')).toBe(now);
  });
});

it('every guide of 0.3.0 that docs/moved.md does not name is there', () => {
  const guides = `embed-node embed-web experiments export fronts-and-cells kubernetes monitoring on-demand
    own-model precompute privacy-budget queries react-native request-log retraining run-a-coordinator secure
    serve-a-model simulate slow-devices strategies test-your-app your-first-task`;
  for (const name of guides.split(/\s+/)) expect(existsSync(`${root}docs/guides/${name}.md`)).toBe(true);
});
