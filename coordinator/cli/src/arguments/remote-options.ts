import type { Command } from 'commander';
import { wrap } from '../output/output.ts';

/** Options of a command that calls a coordinator. */
export interface RemoteOptions {
  readonly url: string;
  readonly json?: boolean;
}

/** Adds the options of a command that calls a running coordinator. */
export function remoteOptions(command: Command): Command {
  return command
    .option(
      '-u, --url <url>',
      'address of the coordinator (default: MURMURATION_URL)',
      process.env.MURMURATION_URL || 'http://127.0.0.1:8800',
    )
    .option('--json', 'print JSON, for programs');
}

/** Adds the options of a command whose answer needs an operator token, if the coordinator has any. */
export function viewerOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    wrap(
      '\nIf the coordinator has operators, set the environment variable MURMURATION_TOKEN to an operator token.',
    ),
  );
}

/** Adds the options of a command that always needs an operator token. */
export function operatorOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    '\nSet the environment variable MURMURATION_TOKEN to an operator token.',
  );
}
