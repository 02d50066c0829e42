import {
  type QueryBudgetMessage,
  type QueryResultMessage,
  queryResults,
  type TaskQueryMessage,
  taskQueries,
  taskQuery,
} from '@murmuration/api/query';
import { csvOf, figuresTable } from '@murmuration/api/query-table';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments/numbers.ts';
import { operatorOptions, type RemoteOptions } from '../arguments/remote-options.ts';
import { AdminClient } from '../client/admin-client.ts';
import { say, sayJson, sayTable } from '../output/output.ts';

interface ShowOptions extends RemoteOptions {
  readonly round?: number;
  readonly csv?: true;
}

/** Adds `murmuration queries|run`. */
export function queryCommands(program: Command): void {
  const queries = program.command('queries').description('what devices know together, in masked sums');

  operatorOptions(
    queries
      .command('show', { isDefault: true })
      .alias('list')
      .description('list the queries of a task; with a name, show what devices said to one'),
  )
    .argument('<task>', 'the task')
    .argument('[query]', 'its name')
    .option('--round <number>', 'the result of this round; by default the newest one', wholeNumber)
    .option('--csv', 'print the figures as CSV')
    .action((task: string, query: string | undefined, given: ShowOptions) =>
      query === undefined ? listQueries(task, given) : showQuery(task, query, given),
    );

  operatorOptions(queries.command('run').description('ask devices a query in the next round'))
    .argument('<task>', 'the task')
    .argument('<query>', 'its name')
    .action(async (task: string, name: string, given: RemoteOptions) => {
      const asked = await new AdminClient(given).post(`${pathOf(task, name)}/run`, {}, taskQuery);
      if (given.json) return sayJson(asked);
      say(
        `Devices are asked "${name}" in the next round of ${task}; see murmuration queries ${task} ${name}.`,
      );
    });
}

async function listQueries(task: string, given: ShowOptions): Promise<void> {
  if (given.csv || given.round !== undefined)
    throw new MurmurationError('config.invalid', 'Name the query whose result --csv and --round mean.');
  const { queries: all } = await new AdminClient(given).get(pathOf(task), taskQueries);
  if (given.json) return sayJson(all);
  sayTable(
    ['query', 'kind', 'threshold', 'every', 'ε', 'last asked', 'devices', 'result', 'asks', 'next round'],
    all.map(({ name, kind, threshold, every, newest, share, further, privacy }) => [
      name,
      kind,
      threshold,
      every === null ? 'by command' : `${every / 60_000} min`,
      privacy && budgetText(privacy),
      newest?.startedAt ?? null,
      newest?.devices ?? null,
      newest && (newest.failure === null ? { text: 'shown', tone: 'good' } : failed(newest)),
      share < 1 ? `${Math.round(100 * share)} % of devices` : 'all devices',
      further && furtherText(further),
    ]),
  );
}

async function showQuery(task: string, name: string, given: ShowOptions): Promise<void> {
  const { round } = given;
  const search = new URLSearchParams({ limit: '1' });
  if (round !== undefined) search.set('before', String(round + 1));
  const { results } = await new AdminClient(given).get(`${pathOf(task, name)}?${search}`, queryResults);
  const [result] = results;
  if (!result || (round !== undefined && result.number !== round))
    throw new MurmurationError(
      'request.not-found',
      round === undefined
        ? `The query "${name}" was never asked.`
        : `The query "${name}" was not asked in round ${round}.`,
    );
  if (given.json) return sayJson(result);
  if (!given.csv) return sayResult(result);
  if (!result.figures) throw nothing(result);
  process.stdout.write(csvOf(figuresTable(result.figures)));
}

function pathOf(task: string, query?: string): string {
  const all = `/tasks/${encodeURIComponent(task)}/queries`;
  return query === undefined ? all : `${all}/${encodeURIComponent(query)}`;
}

function sayResult(result: QueryResultMessage): void {
  const { query, task, number, endedAt, devices, figures, privacy } = result;
  if (!figures) throw nothing(result);
  say(`${query} of ${task}, round ${number}, ${endedAt}: ${devices} devices answered.`);
  const { head, rows } = figuresTable(figures);
  sayTable(
    head,
    rows.map(row => row.map(cell => (typeof cell === 'number' ? precise(cell) : cell))),
  );
  if ('noise' in figures && figures.noise !== undefined)
    say(
      `Devices added noise: its standard deviation is ${precise(figures.noise)}, and the intervals allow for it.`,
    );
  if (privacy) say(privacy.statement.text);
  if (figures.kind === 'sketch') say('That was the first of two rounds; texts are read in the second one.');
  if (figures.kind === 'heavy-hitters') {
    if (figures.unread > 0) say(`${figures.unread} more could not be read.`);
    say(`A text of no more devices than the threshold is found with a chance of ${precise(figures.chance)}.`);
  }
  if (figures.kind !== 'histogram' || figures.quantiles.length === 0) return;
  say('');
  sayTable(
    ['quantile', 'value', 'low', 'high'],
    figures.quantiles.map(({ quantile, ...ends }) => [
      quantile,
      ...[ends.value, ends.low, ends.high].map(end => (end === null ? null : precise(end))),
    ]),
  );
}

function nothing({ query, number, failure }: QueryResultMessage): MurmurationError {
  return new MurmurationError(
    'request.not-found',
    `The query "${query}" shows nothing of round ${number}: ${failure}`,
  );
}

const budgetText = ({ epsilon, spent, steps, rounds, isSpent }: QueryBudgetMessage) =>
  isSpent
    ? 'spent'
    : `${spent.epsilon === null ? 'none holds' : precise(spent.epsilon)} of ${epsilon}, ${steps}/${rounds} sums`;

const furtherText = ({
  number,
  of,
  failures,
  isAutomatic,
  until,
}: NonNullable<TaskQueryMessage['further']>) =>
  `${number} of ${of}${failures === 0 ? '' : `, failed ${failures === 1 ? 'once' : `${failures} times`}`}${isAutomatic ? '' : `; by command until ${until}`}`;

const failed = ({ failure }: QueryResultMessage) => ({ text: failure ?? '', tone: 'doubtful' }) as const;

const precise = (value: number) => Number(value.toPrecision(5));
