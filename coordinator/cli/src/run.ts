import { inspect } from 'node:util';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { idsLast } from './arguments/ids-last.ts';
import { whereMoved } from './arguments/moved-commands.ts';
import { exitCodeOf, note } from './output/output.ts';
import { meantBy, murmuration } from './program.ts';

/**
 * Runs the command that `args` name, where `args` are the words after `murmuration`. Output goes to standard
 * output and error, including an error's text, and the exit code to `process.exitCode`.
 *
 * @returns True if the command completed; false after an error.
 */
export async function run(args: readonly string[]): Promise<boolean> {
  const moved = whereMoved(args);
  if (moved !== undefined) {
    note(moved);
    process.exitCode = 1;
    return false;
  }
  const program = await murmuration(args[0]);
  const known = new Set(optionsOf(program));
  try {
    await program.parseAsync(
      idsLast(args, arg => known.has(arg)),
      { from: 'user' },
    );
    return true;
  } catch (error) {
    note(error instanceof MurmurationError ? error.detail + meantBy(program) : inspect(error));
    process.exitCode = exitCodeOf(error);
    return false;
  }
}

const optionsOf = ({ options, commands }: Command): (string | undefined)[] => [
  ...options.map(({ long }) => long),
  ...commands.flatMap(command => optionsOf(command as Command)),
];
