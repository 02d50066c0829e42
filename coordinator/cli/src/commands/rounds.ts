import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { type RemoteOptions, viewerOptions } from '../arguments/remote-options.ts';
import type { Range } from '../client/pages.ts';
import { PublicClient, type ShownGroup, type ShownRound } from '../client/public-client.ts';
import { bytes, figures, lasted, phaseCell } from '../output/figures.ts';
import { type CliCell, sayJson, sayTable } from '../output/output.ts';

/** Adds `murmuration rounds`. */
export function roundCommands(program: Command): void {
  const rounds = program.command('rounds').description('the rounds of a running coordinator');
  viewerOptions(
    rounds
      .command('show', { isDefault: true })
      .alias('list')
      .description('list the rounds of each task, newest first; with a number, show one'),
  )
    .argument('[task]', 'the task; without it, all')
    .argument('[number]', 'the round to show; where there is one task, the number is enough', wholeNumber)
    .option('-l, --limit <number>', 'how many of each task at most', wholeNumber, 20)
    .option('--before <number>', 'only rounds with a number below this one', wholeNumber)
    .action(async (first: string | undefined, second: number | undefined, given: RemoteOptions & Range) => {
      // The name of a task begins with a letter.
      const isNumber = /^\d/.test(first ?? '');
      const number = isNumber ? wholeNumber(first!) : second;
      const name = isNumber ? undefined : first;
      const client = new PublicClient(given);
      if (number === undefined) await listRounds(client, name, given);
      else await showRound(client, (await client.task(name)).name, number, given);
    });
}

async function listRounds(
  client: PublicClient,
  name: string | undefined,
  given: RemoteOptions & Range,
): Promise<void> {
  const all = await Promise.all(
    (await client.tasksNamed(name)).map(async ({ name: task }) =>
      (await client.rounds(task, given)).map(round => ({ task, ...round })),
    ),
  );
  if (given.json) return sayJson(all.flat());
  sayTable(
    ['task', 'round', 'outcome', 'cohort', 'accepted', 'lost', 'late', 'rejected', 'took', 'held-out'],
    all
      .flat()
      .map(({ task, number, phase, query, tally, startedAt, endedAt, metrics, failure }) => [
        task,
        number,
        outcomeCell(phase, query),
        tally?.cohort ?? null,
        tally?.accepted ?? null,
        tally?.lost ?? null,
        tally?.late ?? null,
        tally?.rejected ?? null,
        lasted(startedAt, endedAt),
        failure ? { text: `in ${failure.during}: ${failure.reason}`, tone: 'bad' } : figures(metrics),
      ]),
  );
}

async function showRound(
  client: PublicClient,
  task: string,
  number: number,
  given: RemoteOptions,
): Promise<void> {
  const [round] = await client.rounds(task, { limit: 1, before: number + 1 });
  if (round?.number !== number)
    throw new MurmurationError(
      'request.not-found',
      `There is no round ${number} of ${task}; murmuration rounds ${task} lists them.`,
    );
  const cohort = round.endedAt === null ? await client.cohort(task) : null;
  const groups = round.phase === 'published' ? await client.groups(task, number) : null;
  if (given.json) return sayJson({ task, ...round, cohort, ...(groups && { groups }) });
  sayTable(['', `${task}, round ${number}`], [...rows(round), ...Object.entries(cohort ?? {})]);
  if (groups)
    sayTable(['group', 'devices', 'updates', 'norm', 'to the median', 'left out'], groups.map(groupRow));
}

function groupRow({ devices, contributors, norm, distance, failure }: ShownGroup, group: number): CliCell[] {
  const shown = (value: number | null) => value?.toPrecision(3) ?? null;
  return [group + 1, devices, contributors, shown(norm), shown(distance), failure];
}

/** Returns the outcome of a round; that of a query is answered instead of published. */
function outcomeCell(phase: string, query: string | null | undefined): CliCell {
  return phase === 'published' && query ? { text: 'answered', tone: 'good' } : phaseCell(phase);
}

function rows(round: ShownRound): CliCell[][] {
  const { phase, query, startedAt, endedAt, failure, tally, traffic } = round;
  return [
    ['id', round.round],
    [endedAt === null ? 'phase' : 'outcome', outcomeCell(phase, query)],
    ...(query ? [['query', query] as CliCell[]] : []),
    ...(failure ? [['failed in', failure.during] as CliCell[], ['reason', failure.reason] as CliCell[]] : []),
    ['started', startedAt],
    ['ended', endedAt],
    ['took', lasted(startedAt, endedAt)],
    ['trained from', round.base],
    ['led to', round.model],
    ['held-out', figures(round.metrics)],
    ...Object.entries(tally ?? {}),
    ['updates received', traffic && bytes(traffic.up)],
    ['models served', traffic && bytes(traffic.down)],
  ];
}
