import { fewestContributors } from '@murmuration/protocol/secagg/assumptions';
import { type LossPhase, lossPhases } from '@murmuration/simulations/behaviour/losses';
import { fewestPhones } from '@murmuration/studies/vocabulary/words-task';
import { choice, folder, ratio, whole } from '@murmuration/tuning/options/values';
import { Command, Option } from 'commander';
import { examples } from './examples.ts';

/** Rounds of training before a scripted visitor comes. */
export const roundsBeforeVisitor = 9;

/** Options of `npm start`. */
export interface StartOptions {
  readonly devices: number;
  readonly cohort: number;
  readonly overSelection: number;
  readonly rounds: number;
  readonly port: number;
  readonly seed: number;
  readonly masking: 'on' | 'off';
  readonly graph: 'sparse' | 'complete';
  readonly lose: number;
  readonly loseAt: LossPhase;
  readonly engine: 'auto' | 'generic';
  /**
   * Folder that keeps models, rounds, devices and settings from one start to the next; undefined if all of it
   * is deleted at the end.
   */
  readonly storage?: string;
  /** True if the page is opened in a browser, if there is one. */
  readonly open: boolean;
  readonly exit: boolean;
  /** True if rounds with a scripted visitor are compared with the same ones without. */
  readonly visitor: boolean;
  /** Side of that comparison that this run is; undefined without a comparison. */
  readonly compared?: 'without' | 'with';
  readonly json: boolean;
}

/** Reads the command line; a wrong option ends the process with one sentence and exit code 1. */
export function parseOptions(argv: readonly string[], phones: number): StartOptions {
  const program = new Command('npm start --')
    .description(
      "Phones teach a keyboard model: real text, real sockets, and only sums of updates leave the phones' threads.",
    )
    .addOption(examples())
    .option('--devices <number>', `phones, ${fewestPhones} to ${phones}`, whole(fewestPhones, phones), phones)
    .option('--cohort <number>', 'updates that a round waits for', whole(2, phones), Math.min(40, phones))
    .option(
      '--over-selection <ratio>',
      'phones chosen for each update, 1 to 1.5; 1 makes every round wait for its whole cohort',
      ratio(1, 1.5),
      1.3,
    )
    .option('--rounds <number>', 'rounds to run', whole(1, 1_000_000), 20)
    .option('--port <number>', 'port of the coordinator; 0 takes any free one', whole(0, 65_535), 8_800)
    .option('--seed <number>', 'seed of the draws and the shuffles', whole(0, 1_000_000), 1)
    .option(
      '--storage <folder>',
      'keep models, rounds, devices and settings there; the next start goes on with them',
      folder,
    )
    .option('--no-open', 'do not open the page in a browser')
    .addOption(
      choice('--masking <on|off>', 'whether updates are masked, so that only their sum is seen', [
        'on',
        'off',
      ]),
    )
    .addOption(choice('--graph <sparse|complete>', 'who masks with whom', ['sparse', 'complete']))
    .option(
      '--lose <share>',
      'share of each cohort that falls silent and is gone, 0 to 0.5',
      ratio(0, 0.5),
      0,
    )
    .addOption(
      choice('--lose-at <stage>', 'when they do', [
        'updates',
        ...lossPhases.filter(phase => phase !== 'updates'),
      ]),
    )
    .addOption(
      choice('--engine <auto|generic>', 'fused kernels where they know the model, or those of tfjs always', [
        'auto',
        'generic',
      ]),
    )
    .option('--exit', 'end after the last round instead of serving on', false)
    .option(
      '--visitor',
      'compare rounds that a scripted visitor joins in the tenth with the same ones without, for three seeds, and end',
      false,
    )
    .addOption(new Option('--compared <side>').choices(['without', 'with']).hideHelp())
    .option('--json', 'print one JSON object as the last line, and everything else to standard error', false)
    .allowExcessArguments(false)
    .showSuggestionAfterError();
  const options = program.parse(argv, { from: 'user' }).opts<StartOptions>();
  if (options.cohort > options.devices)
    program.error(
      `error: a cohort of ${options.cohort} needs at least as many phones; there are ${options.devices}. Lower --cohort or raise --devices.`,
    );
  if (options.visitor && options.rounds <= roundsBeforeVisitor)
    program.error(`error: a visitor comes in round ${roundsBeforeVisitor + 1}; raise --rounds.`);
  if (options.visitor && options.storage !== undefined)
    program.error('error: --visitor begins each of its runs afresh; leave --storage out.');
  if (options.masking === 'on' && options.cohort < fewestContributors)
    program.error(
      `error: masked sums need ${fewestContributors} phones at least; the cohort has ${options.cohort}. Raise --cohort, or try --masking off, with which the coordinator sees every update.`,
    );
  return options;
}
