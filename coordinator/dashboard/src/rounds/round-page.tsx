import type { RoundDetail } from '@murmuration/api/round';
import { nameOf, readable, readingOf } from '../model/figures.ts';
import { TaskCard } from '../now/task-card.tsx';
import { useDashboard } from '../page/dashboard.ts';
import { bytes, count, duration, instant } from '../page/format.ts';
import { PageHead } from '../page/page-head.tsx';
import { addressOf } from '../page/routes.ts';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';
import { ErrorTable } from './error-table.tsx';
import { TallyBar } from './tally-bar.tsx';
import { Timeline } from './timeline.tsx';

interface Shown {
  readonly task: string;
  readonly number: number;
}

/** One round: while it runs, live; afterwards what became of it, and why. */
export function RoundPage({ task, number }: Shown) {
  const { feed } = useDashboard();
  const overview = feed.overview.value?.tasks.find(each => each.task === task);
  return (
    <>
      <PageHead title={strings.round(number)} of={task} />
      <nav class="up" aria-label={strings.rounds.neighbours}>
        <a href={addressOf({ page: 'rounds', task })}>← {strings.rounds.all}</a>
        {number > 1 && (
          <a href={addressOf({ page: 'round', task, round: number - 1 })}>{strings.round(number - 1)}</a>
        )}
        <a href={addressOf({ page: 'round', task, round: number + 1 })}>{strings.round(number + 1)}</a>
      </nav>
      {overview?.round?.number === number ? (
        <TaskCard overview={overview} />
      ) : (
        <Past key={number} task={task} number={number} />
      )}
    </>
  );
}

function Past({ task, number }: Shown) {
  const round = useLoaded<RoundDetail>(`tasks/${task}/rounds/${number}`, ['rounds'], task);
  return <Loading of={round}>{detail => <Detail task={task} detail={detail} />}</Loading>;
}

function Detail({ task, detail }: { readonly task: string; readonly detail: RoundDetail }) {
  const {
    outcome,
    failure,
    startedAt,
    endedAt,
    tally,
    traffic,
    phases,
    errors,
    version,
    metrics,
    planVersion,
  } = detail;
  const figures = Object.entries(metrics ?? {});
  return (
    <div class="stack">
      <section class="card" aria-labelledby="outcome">
        <h2 id="outcome">
          {strings.rounds.outcome} <span class={`badge is-${outcome}`}>{strings.outcomes[outcome]}</span>
        </h2>
        {failure && (
          <p class="hint failed">
            {strings.rounds.failedIn(strings.phases[failure.during], failure.reason)}{' '}
            {strings.rounds.unchanged}
          </p>
        )}
        <div class="tiles">
          <p class="tile">
            <strong>{duration(Date.parse(endedAt) - Date.parse(startedAt))}</strong>{' '}
            {strings.rounds.columns.took}
          </p>
          <p class="tile">
            <strong>{count(tally.accepted)}</strong> {strings.rounds.contributed}
          </p>
          <p class="tile">
            <strong>{bytes(traffic.up)}</strong> {strings.rounds.tiles.up}
          </p>
          <p class="tile">
            <strong>{bytes(traffic.down)}</strong> {strings.rounds.tiles.down}
          </p>
          {figures.map(([name, value]) => (
            <p key={name} class="tile">
              <strong>{readable(value, readingOf(name, [value]))}</strong> {nameOf(name)}
            </p>
          ))}
        </div>
        <dl class="list">
          <dt>{strings.rounds.columns.cohort}</dt>
          <dd>
            <TallyBar tally={tally} />
          </dd>
          <dt>{strings.rounds.began}</dt>
          <dd>{instant(startedAt)}</dd>
          <dt>{strings.rounds.columns.ended}</dt>
          <dd>{instant(endedAt)}</dd>
          <dt>{strings.rounds.plan}</dt>
          <dd>{strings.plan(planVersion)}</dd>
          {version && (
            <>
              <dt>{strings.rounds.ledTo}</dt>
              <dd>
                <a href={addressOf({ page: 'version', task, version: version.number })}>
                  {strings.version(version.number)}
                </a>
              </dd>
            </>
          )}
        </dl>
      </section>
      <section class="card" aria-labelledby="timeline">
        <h2 id="timeline">{strings.timeline.heading}</h2>
        <p class="muted">{strings.timeline.hint}</p>
        {phases.length === 0 ? (
          <p class="hint">{strings.timeline.none}</p>
        ) : (
          <Timeline phases={phases} startedAt={Date.parse(startedAt)} endedAt={Date.parse(endedAt)} />
        )}
      </section>
      <section class="card" aria-labelledby="errors">
        <h2 id="errors">{strings.errors.heading}</h2>
        {errors.length === 0 ? (
          <p class="all-well">{strings.errors.none}</p>
        ) : (
          <ErrorTable label={strings.errors.heading} errors={errors} />
        )}
      </section>
    </div>
  );
}
