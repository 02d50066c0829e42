import { type TrainingRunMessage, trainingRun, trainingRuns } from '@murmuration/api/run';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { figures, lasted } from '../output/figures.ts';
import { type CliCell, say, sayJson, sayTable } from '../output/output.ts';

interface ShowOptions extends RemoteOptions {
  readonly limit: number;
  readonly before?: number;
}

/** Adds `murmuration training show|start|stop`: the training runs of a running coordinator. */
export function trainingCommands(program: Command): void {
  const training = program.command('training').description('the training runs of a running coordinator');

  operatorOptions(
    training
      .command('show', { isDefault: true })
      .alias('list')
      .description('list the training runs of a task, newest first; with a number, show one'),
  )
    .argument('<task>', 'the task')
    .argument('[number]', 'number of the run', wholeNumber)
    .option('-l, --limit <number>', 'how many at most, up to 200', wholeNumber, 20)
    .option('--before <number>', 'only runs with a number below this one', wholeNumber)
    .action(async (task: string, number: number | undefined, given: ShowOptions) => {
      const client = new AdminClient(given);
      if (number !== undefined) {
        const run = await client.get(`${pathOf(task)}/${number}`, trainingRun);
        if (given.json) return sayJson(run);
        return sayTable(['', `${task}, training run ${number}`], rows(run));
      }
      const query = new URLSearchParams({ limit: String(given.limit) });
      if (given.before !== undefined) query.set('before', String(given.before));
      const { runs: all } = await client.get(`${pathOf(task)}?${query}`, trainingRuns);
      if (given.json) return sayJson(all);
      sayTable(
        ['run', 'trigger', 'started', 'took', 'versions', 'failed', 'held-out', 'ended'],
        all.map(({ number, why, startedAt, endedAt, rounds, failed, metrics, ending }) => [
          number,
          why.trigger,
          startedAt,
          lasted(startedAt, endedAt),
          rounds,
          failed,
          figures(metrics),
          ending?.reason ?? { text: 'open', tone: 'doubtful' },
        ]),
      );
    });

  const steer = (
    name: 'start' | 'stop',
    description: string,
    path: (task: string) => string,
    said: (run: TrainingRunMessage) => string,
  ) =>
    operatorOptions(training.command(name).description(description))
      .argument('<task>', 'the task')
      .option('--reason <text>', 'the reason, which the record of the run keeps')
      .action(async (task: string, given: RemoteOptions & { readonly reason?: string }) => {
        if (given.reason !== undefined && given.reason.length > 200)
          throw new MurmurationError('options.invalid', 'A reason has at most 200 characters.');
        const { reason } = given;
        const run = await new AdminClient(given).post(
          path(task),
          reason === undefined ? {} : { reason },
          trainingRun,
        );
        if (given.json) return sayJson(run);
        say(said(run));
      });

  steer(
    'start',
    'start a training run now, whatever keeps triggers from it',
    pathOf,
    ({ number, task }) => `Training run ${number} of ${task} starts.`,
  );
  steer(
    'stop',
    'stop the open training run, and its current round',
    task => `${pathOf(task)}/stop`,
    ({ number, task, endedAt }) =>
      endedAt === null
        ? `Training run ${number} of ${task} ends with its current round.`
        : `Training run ${number} of ${task} has ended.`,
  );
}

function pathOf(task: string): string {
  return `/tasks/${encodeURIComponent(task)}/runs`;
}

function rows(run: TrainingRunMessage): CliCell[][] {
  const { why, startedAt, endedAt, ending, version } = run;
  return [
    ['id', run.id],
    ['trigger', why.trigger],
    ['why', why.reason],
    ['started', startedAt],
    ['ended', endedAt],
    ...(ending ? [['ended by', ending.reason] as CliCell[], ['reason', ending.text] as CliCell[]] : []),
    ['took', lasted(startedAt, endedAt)],
    ['versions', run.rounds],
    ['failed rounds', run.failed],
    ['held-out', figures(run.metrics)],
    ...(version ? resultOf(version) : []),
  ];
}

/** Returns the version that a run produced, and what became of it. */
function resultOf({
  number,
  isServed,
  gate,
}: NonNullable<TrainingRunMessage['version']>): readonly CliCell[][] {
  return [
    ['version', number],
    ['served', isServed ? 'yes' : 'no'],
    ...(gate ? [['gate', gate.outcome] as CliCell[]] : []),
    ...(gate?.checks.map(({ text, passed }) => [passed ? 'passed' : 'not passed', text] as CliCell[]) ?? []),
    ...(gate?.rolledBack ? [['rolled back', gate.rolledBack.reason] as CliCell[]] : []),
  ];
}
