import type { Command } from 'commander';

/** What a command that asks a coordinator is given. */
export interface RemoteOptions {
  readonly url: string;
  readonly json?: boolean;
}

/** The options of a command that asks a running coordinator. */
export function remoteOptions(command: Command): Command {
  return command
    .option(
      '-u, --url <url>',
      'address of the coordinator (default: MURMURATION_URL)',
      process.env.MURMURATION_URL || 'http://127.0.0.1:8800',
    )
    .option('--json', 'print JSON, for programs');
}

/** The same of a command whose answer operators alone may have, where there are any. */
export function viewerOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    '\nIf the coordinator has operators, set the environment variable MURMURATION_TOKEN to an operator token.',
  );
}

/** The same of a command that an operator token is needed for. */
export function operatorOptions(command: Command): Command {
  return remoteOptions(command).addHelpText(
    'after',
    '\nSet the environment variable MURMURATION_TOKEN to an operator token.',
  );
}
