import { murmuration } from '@murmuration/cli/program';
import type { Command } from 'commander';
import { expect, it } from 'vitest';

const all = await murmuration();
const names = all.commands.map(command => command.name());

/** All that the help of a command and of those below it says. */
const helpOf = (command: Command): string =>
  [command.helpInformation(), ...command.commands.map(each => helpOf(each as Command))].join('\n');

it('finds more than one command', () => {
  expect(names.length).toBeGreaterThan(15);
});

it.each(names)('%s is the same by itself as among all others', async name => {
  const alone = await murmuration(name);
  const find = (program: Command) => program.commands.find(command => command.name() === name) as Command;
  expect(alone.commands.length).toBeLessThanOrEqual(2);
  expect(helpOf(find(alone))).toBe(helpOf(find(all)));
});

it.each([undefined, '--help', 'help', 'stauts', 'toString'])('all commands are there for %s', async name => {
  expect((await murmuration(name)).commands.map(command => command.name())).toEqual(names);
});
