import { readFile } from 'node:fs/promises';
import { type ExperimentMessage, experiment, experiments, newExperiment } from '@murmuration/api/experiment';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { plainWords } from '@murmuration/protocol/errors/expected';
import { describeMisfits } from '@murmuration/protocol/errors/misfits';
import type { Command } from 'commander';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { type CliCell, say, sayJson, sayTable } from '../output/output.ts';

/** Adds `murmuration experiments|start|stop|promote`. */
export function experimentCommands(program: Command): void {
  const commands = program.command('experiments').description('experiments on the versions of a task');

  operatorOptions(
    commands
      .command('show', { isDefault: true })
      .alias('list')
      .description('list the experiments of a task, newest first, or show what one says so far')
      .argument('<task>', 'TASK, or TASK/NAME for one experiment'),
  ).action((meant: string, given: RemoteOptions) =>
    meant.includes('/') ? showExperiment(meant, given) : listExperiments(meant, given),
  );

  operatorOptions(
    commands
      .command('start')
      .description('begin an experiment, as a file says')
      .argument('<task>', 'its name')
      .argument(
        '<file>',
        'JSON, for example {"name": "smaller", "kind": "ab", "arms": [{"name": "control", "version": 4}, {"name": "small", "version": 5}]}',
      ),
  ).action(async (task: string, file: string, given: RemoteOptions) => {
    const terms = await read(file);
    const begun = await new AdminClient(given).post(pathOf(task), terms, experiment);
    if (given.json) return sayJson(begun);
    say(`The experiment ${begun.name} of ${task} runs.`);
  });

  operatorOptions(
    commands
      .command('stop')
      .description('end an experiment: everybody gets the champion again')
      .argument('<experiment>', 'TASK/NAME'),
  ).action(async (meant: string, given: RemoteOptions) => {
    const { task, name } = namedExperiment(meant);
    const ended = await new AdminClient(given).post(`${pathOf(task, name)}/stop`, {}, experiment);
    if (given.json) return sayJson(ended);
    say(`The experiment ${name} of ${task} is over.`);
  });

  operatorOptions(
    commands
      .command('promote')
      .description('end an experiment, and pin the version of one of its arms for everybody')
      .argument('<experiment>', 'TASK/NAME')
      .argument('<arm>', 'its name'),
  ).action(async (meant: string, arm: string, given: RemoteOptions) => {
    const { task, name } = namedExperiment(meant);
    const ended = await new AdminClient(given).post(`${pathOf(task, name)}/promote`, { arm }, experiment);
    if (given.json) return sayJson(ended);
    say(`The experiment ${name} of ${task} is over, and everybody gets its arm ${arm}.`);
  });
}

async function listExperiments(task: string, given: RemoteOptions): Promise<void> {
  const found = await new AdminClient(given).get(pathOf(task), experiments);
  if (given.json) return sayJson(found.experiments);
  sayTable(
    ['experiment', 'kind', 'state', 'begun', 'arms', 'units', 'verdict'],
    found.experiments.map(({ name, kind, outcome, createdAt, arms, verdict }) => [
      name,
      kind,
      { text: outcome, tone: outcome === 'running' ? 'good' : 'faint' },
      createdAt,
      arms.map(arm => `${arm.name} ${arm.version}`).join(', '),
      arms.reduce((sum, { units }) => sum + units, 0),
      verdict,
    ]),
  );
}

async function showExperiment(meant: string, given: RemoteOptions): Promise<void> {
  const { task, name } = namedExperiment(meant);
  const found = await new AdminClient(given).get(pathOf(task, name), experiment);
  if (given.json) return sayJson(found);
  sayExperiment(found);
}

function sayExperiment(shown: ExperimentMessage): void {
  const { kind, reason, arms, metric, covariate, guards, query, step, endsAt, sampleRatio } = shown;
  const isSplit = kind !== 'mirror';
  say(`${shown.name}: ${kind}, ${shown.outcome}${reason === null ? '' : `. ${reason}`}`);
  say(shown.verdict);
  sayTable(
    [
      'arm',
      'version',
      'share',
      ...(query === null ? ['units', 'outcomes'] : ['devices', 'answered']),
      ...(isSplit ? [metric, 'at any look'] : ['same answer', 'dropped']),
      ...(query === null ? ['ms', 'failures'] : ['predictions', 'good']),
      ...(isSplit ? ['difference', 'at any look', 'p at any look', 'fixed p', 'best', 'loss'] : []),
      ...(covariate ? ['without covariate', 'at any look', 'p at any look'] : []),
    ],
    arms.map(arm => [
      arm.name,
      arm.version,
      precise(arm.share),
      arm.units,
      arm.outcomes,
      ...(isSplit
        ? [precise(arm.value?.mean ?? null), arm.value && rangeOf(arm.value.interval)]
        : [precise(arm.agreed), arm.dropped]),
      ...(query === null
        ? [precise(arm.latency), arm.failures]
        : [arm.answers?.predictions ?? 0, arm.answers?.good ?? 0]),
      ...(isSplit ? compared(arm) : []),
      ...(covariate ? unadjusted(arm) : []),
    ]),
  );
  if (isSplit) {
    const units = arms.reduce((sum, arm) => sum + (query === null ? arm.units : arm.outcomes), 0);
    say(`\n${units} of ${shown.planned} planned ${query === null ? 'units' : 'devices'}.`);
    if (query !== null)
      say(
        `From devices, by the query ${query}: each has answered once, in a masked sum of one arm, with its share of good predictions; that share is one value, however many predictions it is of.`,
      );
    if (covariate) say(explained(covariate));
    for (const guard of guards)
      say(`Ends where an arm is worse than the control by more than ${guard.worseBy} in ${guard.metric}.`);
    if (guards.length === 0) say('No guard ends it.');
  }
  if (step)
    say(
      `Step ${step.number} of ${step.of}: ${precise(100 * step.share)} % of the ${query === null ? 'keys' : 'devices'} until ${step.until}.`,
    );
  if (endsAt !== null) say(`Ends at ${endsAt} in any case.`);
  if (!sampleRatio) return;
  const what =
    query === null ? 'Keys fall into the arms as they should' : 'Devices come, and answer, in all arms alike';
  say(`\n${what}: p = ${precise(sampleRatio.p)}.`);
}

/** Returns cells with an arm's difference from the control, and its probability of being the best. */
function compared({ difference, best, loss }: ExperimentMessage['arms'][number]): CliCell[] {
  return [
    difference && precise(difference.effect),
    difference && rangeOf(difference.interval),
    difference && {
      text: precise(difference.p) ?? '',
      tone: difference.isDecided ? 'good' : 'faint',
    },
    precise(difference?.fixed?.p ?? null),
    precise(best),
    precise(loss),
  ];
}

/** Returns cells with the difference without the covariate's adjustment, which decides nothing. */
function unadjusted({ difference }: ExperimentMessage['arms'][number]): CliCell[] {
  const plain = difference?.unadjusted;
  return plain ? [precise(plain.effect), rangeOf(plain.interval), precise(plain.p)] : [null, null, null];
}

function explained({ in: place, name, known, removed }: NonNullable<ExperimentMessage['covariate']>): string {
  const where = `The covariate, the ${place} ${name}, is known of ${known} units`;
  if (removed === null) return `${where}. Differences are not adjusted by it yet.`;
  return `${where} and takes ${precise(100 * removed)} % of the variance out of differences.`;
}

function rangeOf([low, high]: readonly [number | null, number | null]): string {
  return `${precise(low) ?? '−∞'} to ${precise(high) ?? '∞'}`;
}

const pathOf = (task: string, name?: string): string =>
  `/tasks/${encodeURIComponent(task)}/experiments${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;

function namedExperiment(text: string): { readonly task: string; readonly name: string } {
  const [, task, name] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (task === undefined || name === undefined)
    throw new MurmurationError('config.invalid', `"${text}" is no experiment; write TASK/NAME.`);
  return { task, name };
}

async function read(file: string): Promise<object> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new MurmurationError(
      'config.invalid',
      `${file} can't be read as JSON: ${(error as Error).message}`,
    );
  }
  const parsed = newExperiment.safeParse(value, { error: plainWords });
  if (parsed.success) return parsed.data;
  throw new MurmurationError(
    'config.invalid',
    `${file}: ${describeMisfits(parsed.error.issues, value, 'The experiment')}`,
  );
}

function precise(value: number | null): string | null {
  return value === null ? null : String(Number(value.toPrecision(3)));
}
