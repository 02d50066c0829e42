import type { RoundSummary, Rounds } from '@murmuration/api/round';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { ExportCsv } from '../controls/export-csv.tsx';
import { Ago } from '../controls/moment.tsx';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { Table } from '../controls/table.tsx';
import { bytes, count, duration } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { queryOf } from './filter.ts';
import { Filters } from './filters.tsx';
import { TallyBar } from './tally-bar.tsx';
import { words } from './words.ts';

/** Page of the past rounds of a task, newest first. */
export function RoundsPage({ task }: { readonly task: string }) {
  const { feed, whereabouts } = useDashboard();
  const filter = queryOf(whereabouts.parameters.value);
  const places = usePlaces<number>(filter);
  const rounds = useLoaded<Rounds>(
    `tasks/${task}/rounds?limit=25${filter}${places.query('before')}`,
    ['rounds'],
    task,
  );
  const live = feed.overview.value?.tasks.find(each => each.task === task)?.round;
  return (
    <section class="card" aria-labelledby="history">
      <div class="card-head">
        <div>
          <h2 id="history">{words.list.history}</h2>
          <p class="muted" role="status">
            {rounds.data.value && words.list.found(rounds.data.value.total)}
          </p>
        </div>
        <div class="filters">
          <Filters />
          <ExportCsv<Rounds, RoundSummary>
            name={`${task}-rounds`}
            columns={{
              round: ({ number }) => number,
              outcome: ({ outcome }) => outcome,
              query: ({ query }) => query,
              reason: ({ failure }) => failure?.reason ?? null,
              started: ({ startedAt }) => startedAt,
              ended: ({ endedAt }) => endedAt,
              cohort: ({ tally }) => tally.cohort,
              accepted: ({ tally }) => tally.accepted,
              late: ({ tally }) => tally.late,
              lost: ({ tally }) => tally.lost,
              'bytes up': ({ traffic }) => traffic.up,
              'bytes down': ({ traffic }) => traffic.down,
            }}
            path={before =>
              `tasks/${task}/rounds?limit=200${filter}${before === null ? '' : `&before=${before}`}`
            }
            rowsOf={answer => answer.rounds}
            nextOf={answer => answer.next}
          />
        </div>
      </div>
      {live && (
        <p class="hint">
          {words.list.live(live.number, words.phase(live.phase, live.query), live.query)}{' '}
          <a href={addressOf({ page: 'overview' })}>{words.list.watch}</a>
        </p>
      )}
      <Loading of={rounds}>
        {answer =>
          answer.rounds.length === 0 ? (
            <p class="hint">{filter === '' ? words.list.none : words.list.noneFit}</p>
          ) : (
            <>
              <RoundTable task={task} rounds={answer.rounds} />
              <Pager places={places} next={answer.next} />
            </>
          )
        }
      </Loading>
    </section>
  );
}

function RoundTable({ task, rounds }: { readonly task: string; readonly rounds: readonly RoundSummary[] }) {
  return (
    <Table
      label={words.list.history}
      columns={words.list.columns}
      numbers={['took', 'up', 'down']}
      kind="rounds"
    >
      {rounds.map(round => {
        const { number, outcome, query, endedAt, startedAt, traffic, failure } = round;
        return (
          <tr key={number}>
            <th scope="row">
              <a href={addressOf({ page: 'round', task, round: number })}>{count(number)}</a>
            </th>
            <td>
              <span class={`badge is-${outcome}`}>{terms.outcome(outcome, query)}</span>
              {query !== null && (
                <span class="reason">
                  <a href={addressOf({ page: 'query', task, query })}>{words.list.asked(query)}</a>
                </span>
              )}
              {failure && (
                <span class="reason">
                  {words.list.failedIn(words.phase(failure.during, query), failure.reason)}
                </span>
              )}
            </td>
            <td>
              <Ago at={endedAt} />
            </td>
            <td class="number">{duration(Date.parse(endedAt) - Date.parse(startedAt))}</td>
            <td>
              <TallyBar round={round} />
            </td>
            <td class="number">{bytes(traffic.up)}</td>
            <td class="number">{bytes(traffic.down)}</td>
          </tr>
        );
      })}
    </Table>
  );
}
