import { movedCommands, whereMoved } from '@murmuration/cli/arguments/moved-commands';
import { sayTable, widest } from '@murmuration/cli/output/output';
import { murmuration } from '@murmuration/cli/program';
import { run } from '@murmuration/cli/run';
import type { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';

const all = await murmuration();

/** A command and those below it, by what is typed for them. */
const commandsOf = (command: Command, name: string): [string, Command][] => [
  [name, command],
  ...command.commands.flatMap(each => commandsOf(each as Command, `${name} ${each.name()}`)),
];

/** Text that is written to standard output and error meanwhile. */
async function written(work: () => unknown): Promise<string> {
  let text = '';
  const take = (part: unknown) => {
    text += String(part);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('exit');
  });
  try {
    await work();
  } catch (error) {
    if ((error as Error).message !== 'exit') throw error;
  } finally {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  }
  return text;
}

const longestLine = (text: string) => Math.max(...text.split('\n').map(line => [...line].length));

afterEach(() => vi.unstubAllEnvs());

describe('a command of an earlier version', () => {
  it.each(Object.entries(movedCommands))('%s names the one in its place', async (name, instead) => {
    const said = await written(() => run([...name.split(' '), 'x', '--any']));
    expect(said).toBe(`"murmuration ${name}" is now "murmuration ${instead}".\n`);
    // The new one is there, with the options that are named.
    const words = instead.split(' ').filter(word => !word.startsWith('-'));
    let command = all;
    for (const word of words) {
      const found = command.commands.find(each => each.name() === word) as Command | undefined;
      if (!found) break;
      command = found;
    }
    const options = instead.match(/--[a-z-]+/g) ?? [];
    const own = command.commands.length > 0 ? (command.commands[0] as Command) : command;
    expect(command).not.toBe(all);
    expect(own.options.map(({ long }) => long)).toEqual(expect.arrayContaining(options));
  });

  it('is no command of today', () => {
    for (const name of ['status', 'models show', 'tokens create', 'devices revoke'])
      expect(whereMoved(name.split(' '))).toBeUndefined();
  });
});

describe('a typing error', () => {
  it.each([
    [['stauts'], 'status'],
    [['modles', 'promote', 'a@1'], 'models'],
    [['models', 'exprot', 'a', 'b'], 'export'],
    [['tasks', 'pasue', 'a'], 'pause'],
    [['tokens', 'craete', '--name', 'x'], 'create'],
    [['training', 'strat', 'a'], 'start'],
    [['rounds', '--limt', '3'], '--limit'],
    [['models', 'promote', 'a@1', '--alais', 'x'], '--alias'],
  ])('in %j is met with the word that was meant', async (args, word) => {
    expect(await written(() => run(args))).toMatch(new RegExp(`[Dd]id you mean "?${word}`));
  });

  it('is suspected of no word that is another one', async () => {
    expect(await written(() => run(['models', 'keyboard', 'x']))).not.toMatch(/did you mean/i);
  });
});

it.each([
  ['devices', `-${'a'.repeat(21)}`],
  ['devices', 'show', `-${'a'.repeat(21)}`],
  ['devices', 'revoke', `--${'a'.repeat(20)}`, '--json'],
  ['tokens', 'revoke', '--kind', 'enrolment', `-${'a'.repeat(15)}`],
])('an id that begins with a dash is no option in %j', async (...args) => {
  vi.stubEnv('MURMURATION_TOKEN', '');
  expect(await written(() => run(args))).toMatch(/^There is no operator token\./);
});

describe(`output is at most ${widest} columns wide`, () => {
  it.each(commandsOf(all, 'murmuration'))('in the help of %s', async (_, command) => {
    expect(longestLine(await written(() => command.outputHelp()))).toBeLessThanOrEqual(widest);
  });

  const id = 'abcdefghij-klmnopqrst_';
  const time = '2026-12-03T06:30:12.345Z';
  it.each([
    ['that fits', ['task', 'round'], [['keyboard', 3]]],
    [
      'with long names',
      ['id', 'name', 'state', 'created', 'expires'],
      [[id, 'the phones of all testers of the keyboard in the first week', 'valid', time, time]],
    ],
    [
      'with long words',
      ['task', 'model', 'held-out'],
      [['a'.repeat(63), 'f'.repeat(64), 'loss 1.25, top1 0.5']],
    ],
    ['with many columns', Array.from({ length: 14 }, (_, i) => `column ${i}`), [Array(14).fill(time)]],
  ])('in a table %s, and nothing is cut off', async (_, head, rows) => {
    const text = await written(() => sayTable(head, rows));
    expect(longestLine(text)).toBeLessThanOrEqual(widest);
    const packed = (what: string) => what.replaceAll(/\s/g, '');
    for (const cell of rows.flat())
      for (const word of String(cell).replace('T', ' ').replace('.345', '').split(' '))
        expect(packed(text)).toContain(word);
  });
});
