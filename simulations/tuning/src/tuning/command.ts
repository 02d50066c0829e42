import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { Findings } from '@murmuration/simulations/study/study';
import { Command } from 'commander';
import { readAssignment } from '../command/assignments.ts';
import { searchedScenario } from '../command/catalogue.ts';
import type { SettingAssignment } from '../command/runs-asked.ts';
import { whole } from '../options/values.ts';

interface Options {
  readonly space?: string;
  readonly set: readonly SettingAssignment[];
  readonly seed: number;
  readonly state?: string;
  readonly workers?: number;
  readonly json: boolean;
}

/**
 * Defines `simulate tune SCENARIO`, which searches settings; `show` prints the findings as JSON or a table.
 */
export function tuneCommand(show: (findings: Findings, options: { json: boolean }) => void): Command {
  return new Command('tune')
    .description(
      'searches the settings of a scenario: random search with successive halving, repeats for those in the lead, held-out data in the end',
    )
    .argument(
      '<scenario>',
      'a federated scenario of --list, keyboard, or the path of a scenario file of your own',
    )
    .option('--space <file>', 'a .json, .ts or .js file: what is searched; by default what the scenario has')
    .option('--set <path=value>', 'a setting that is not searched; may be repeated', readAssignment, [])
    .option('--seed <number>', 'of the search, and of its first trainings', whole(0, 9_000), 1)
    .option(
      '--state <folder>',
      'keep the search there, and go on with what is there; a new one of runs by default',
    )
    .option('--workers <number>', 'threads that train; one a processor by default', whole(1, 256))
    .option('--json', 'print one JSON object as the last line', false)
    .action(async (name: string, options: Options) => {
      const { scenario, called } = await searchedScenario(name);
      const { loadSpace } = await import('./load-space.ts');
      const { readSpace } = await import('@murmuration/simulations/spaces/space');
      if (options.space === undefined && !scenario.space)
        throw new MurmurationError(
          'config.invalid',
          `The scenario ${scenario.name} says nothing of what to search; give a file with --space.`,
        );
      const space = options.space
        ? await loadSpace(options.space)
        : readSpace(scenario.space, `The space of ${scenario.name}`);
      const stop = new AbortController();
      process.once('SIGINT', () => {
        process.stderr.write(
          '\nThe search ends after the rounds under way. Press Ctrl-C again to end it at once.\n',
        );
        stop.abort();
      });
      const { TuneProgress } = await import('./progress.ts');
      const progress = new TuneProgress(
        space.training === 'central' ? 'epochs' : 'rounds',
        systemClock,
        process.stderr,
      );
      const state = options.state ?? newFolder(scenario.name);
      process.stderr.write(`The search is kept in ${state}; --state ${state} goes on with it.\n`);
      const { tune } = await import('./tune.ts');
      const { findingsOf } = await import('./findings.ts');
      try {
        const began = systemClock.now();
        const tuned = await tune(scenario, space, {
          called,
          set: options.set,
          seed: options.seed,
          state,
          workers: options.workers,
          signal: stop.signal,
          progress: (...told) => progress.tell(...told),
        });
        progress.end();
        const findings = findingsOf(tuned, (systemClock.now() - began) / 1_000);
        const { writeTuneReport } = await import('./page/write-report.ts');
        process.stderr.write(`The report is ${await writeTuneReport(state, tuned, findings.figures)}\n`);
        show(findings, options);
      } catch (error) {
        if (!(error instanceof MurmurationError && error.code === 'training.stopped')) throw error;
        process.stderr.write(
          `The search was stopped; the same command with --state ${state} goes on with it.\n`,
        );
        process.exitCode = 1;
      } finally {
        progress.end();
      }
    });
}

/** Makes a new folder in `runs`, such as `runs/tune-clusters-20260131-1815`. */
function newFolder(scenario: string): string {
  const [day, time] = new Date(systemClock.now()).toISOString().split('T') as [string, string];
  const name = `tune-${scenario.replace(/[^\w.-]+/g, '-')}-${day.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}`;
  mkdirSync('runs', { recursive: true });
  for (let number = 1; ; number++) {
    const folder = join('runs', number === 1 ? name : `${name}-${number}`);
    try {
      mkdirSync(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
