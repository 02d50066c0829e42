import { inspect } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { idsLast } from './arguments/ids-last.ts';
import { exitCodeOf, note } from './output/output.ts';
import { murmuration } from './program.ts';

/**
 * Runs the command that `args` name, with what belongs to it: the words after `murmuration`. What it has to say goes to the standard
 * output and error, an error's text as well, and how it ended to `process.exitCode`.
 *
 * @returns Whether it came to its end; false after an error.
 */
export async function run(args: readonly string[]): Promise<boolean> {
  const program = await murmuration(args[0]);
  const known = new Set(optionsOf(program));
  try {
    await program.parseAsync(
      idsLast(args, arg => known.has(arg)),
      { from: 'user' },
    );
    return true;
  } catch (error) {
    note(error instanceof MurmurationError ? error.detail : inspect(error));
    process.exitCode = exitCodeOf(error);
    return false;
  }
}

const optionsOf = ({ options, commands }: Command): (string | undefined)[] => [
  ...options.map(({ long }) => long),
  ...commands.flatMap(command => optionsOf(command as Command)),
];
