import { Command, InvalidArgumentError } from 'commander';

/** What `npm start` was asked for. */
export interface StartOptions {
  readonly devices: number;
  readonly cohort: number;
  readonly rounds: number;
  readonly port: number;
  readonly seed: number;
  readonly exit: boolean;
  readonly json: boolean;
}

/** Reads the command line; a wrong option ends the process with one sentence and exit code 1. */
export function parseOptions(argv: readonly string[], phones: number): StartOptions {
  const program = new Command('npm start --')
    .description(
      "Phones teach a keyboard model: real text, real sockets, and only sums of updates leave the phones' threads.",
    )
    .option('--devices <number>', `phones, at most ${phones}`, whole(2, phones), phones)
    .option('--cohort <number>', 'updates that a round waits for', whole(2, phones), Math.min(40, phones))
    .option('--rounds <number>', 'rounds to run', whole(1, 1_000_000), 20)
    .option('--port <number>', 'port of the coordinator; 0 takes any free one', whole(0, 65_535), 8_800)
    .option('--seed <number>', 'of the model, the draws and the shuffles', whole(0, 1_000_000), 1)
    .option('--exit', 'end after the last round instead of serving on', false)
    .option('--json', 'print one JSON object as the last line, and everything else to standard error', false)
    .allowExcessArguments(false)
    .showSuggestionAfterError();
  const options = program.parse(argv, { from: 'user' }).opts<StartOptions>();
  if (options.cohort > options.devices)
    program.error(
      `error: a cohort of ${options.cohort} needs at least as many phones; there are ${options.devices}. Lower --cohort or raise --devices.`,
    );
  return options;
}

function whole(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}
