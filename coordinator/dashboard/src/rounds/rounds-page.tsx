import type { RoundSummary, Rounds } from '@murmuration/api/round';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../page/dashboard.ts';
import { bytes, count, duration } from '../page/format.ts';
import { Ago } from '../page/moment.tsx';
import { PageHead } from '../page/page-head.tsx';
import { Pager, usePlaces } from '../page/pager.tsx';
import { addressOf } from '../page/routes.ts';
import { Scroll } from '../page/scroll.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';
import { Filters, noFilter, queryOf } from './filters.tsx';
import { TallyBar } from './tally-bar.tsx';

/** The rounds of a task that are over, newest first. */
export function RoundsPage({ task }: { readonly task: string }) {
  const { feed } = useDashboard();
  const filter = useSignal(noFilter);
  const places = usePlaces<number>();
  const rounds = useLoaded<Rounds>(
    `tasks/${task}/rounds?limit=25${queryOf(filter.value)}${places.query('before')}`,
    ['rounds'],
    task,
  );
  const live = feed.overview.value?.tasks.find(each => each.task === task)?.round;
  return (
    <>
      <PageHead title={strings.pages.rounds} of={task} />
      <section class="card" aria-labelledby="history">
        <div class="card-head">
          <div>
            <h2 id="history">{strings.rounds.history}</h2>
            <p class="muted" role="status">
              {rounds.data.value && strings.rounds.found(rounds.data.value.total)}
            </p>
          </div>
          <Filters filter={filter} changed={() => places.reset()} />
        </div>
        {live && (
          <p class="hint">
            {strings.rounds.live(live.number, strings.phases[live.phase])}{' '}
            <a href={addressOf({ page: 'now' })}>{strings.rounds.watch}</a>
          </p>
        )}
        <Loading of={rounds}>
          {answer =>
            answer.rounds.length === 0 ? (
              <p class="hint">{filter.value === noFilter ? strings.rounds.none : strings.rounds.noneFit}</p>
            ) : (
              <>
                <Table task={task} rounds={answer.rounds} />
                <Pager places={places} next={answer.next} />
              </>
            )
          }
        </Loading>
      </section>
    </>
  );
}

function Table({ task, rounds }: { readonly task: string; readonly rounds: readonly RoundSummary[] }) {
  const { columns } = strings.rounds;
  return (
    <Scroll label={strings.rounds.history}>
      <table class="rounds">
        <thead>
          <tr>
            <th scope="col">{columns.round}</th>
            <th scope="col">{columns.outcome}</th>
            <th scope="col">{columns.ended}</th>
            <th scope="col" class="number spare">
              {columns.took}
            </th>
            <th scope="col">{columns.cohort}</th>
            <th scope="col" class="number spare">
              {columns.up}
            </th>
            <th scope="col" class="number spare">
              {columns.down}
            </th>
          </tr>
        </thead>
        <tbody>
          {rounds.map(({ number, outcome, endedAt, startedAt, tally, traffic, failure }) => (
            <tr key={number}>
              <th scope="row">
                <a href={addressOf({ page: 'round', task, round: number })}>{count(number)}</a>
              </th>
              <td>
                <span class={`badge is-${outcome}`}>{strings.outcomes[outcome]}</span>
                {failure && (
                  <span class="reason">
                    {strings.rounds.failedIn(strings.phases[failure.during], failure.reason)}
                  </span>
                )}
              </td>
              <td>
                <Ago at={endedAt} />
              </td>
              <td class="number spare">{duration(Date.parse(endedAt) - Date.parse(startedAt))}</td>
              <td>
                <TallyBar tally={tally} />
              </td>
              <td class="number spare">{bytes(traffic.up)}</td>
              <td class="number spare">{bytes(traffic.down)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
