import { ratio, whole } from '@murmuration/tuning/options/values';
import { Command } from 'commander';
import { examples } from './examples.ts';

/** Options of `npm start -- --example spam`. */
export interface SpamOptions {
  readonly port: number;
  readonly seed: number;
  /** Hours of mail in a second. */
  readonly speed: number;
  /** True if the dashboard is opened in a browser, if there is one. */
  readonly open: boolean;
  readonly exit: boolean;
  readonly json: boolean;
}

/** Reads the command line; a wrong option ends the process with one sentence and exit code 1. */
export function parseSpamOptions(argv: readonly string[]): SpamOptions {
  return new Command('npm start -- --example spam')
    .description(
      'A mail filter meets the mails of autumn 2002: it is served, drifts, is trained again and promoted, while the dashboard shows it.',
    )
    .addOption(examples())
    .option('--port <number>', 'port of the coordinator; 0 takes any free one', whole(0, 65_535), 8_800)
    .option('--seed <number>', 'seed of the draws', whole(0, 1_000_000), 1)
    .option(
      '--speed <hours>',
      'hours of mail in a second, at most; slower where the machine is',
      ratio(0.01, 10_000),
      24,
    )
    .option('--no-open', 'do not open the dashboard in a browser')
    .option('--exit', 'end after the last mail instead of serving on', false)
    .option('--json', 'print one JSON object as the last line, and everything else to standard error', false)
    .allowExcessArguments(false)
    .showSuggestionAfterError()
    .parse(argv, { from: 'user' })
    .opts<SpamOptions>();
}
