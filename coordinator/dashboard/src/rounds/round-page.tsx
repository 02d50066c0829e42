import type { RoundDetail } from '@murmuration/api/round';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Facts } from '../controls/facts.tsx';
import { Tile } from '../controls/tile.tsx';
import { bytes, count, duration, instant } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { nameOf, readable, readingOf } from '../metrics/figures.ts';
import { ErrorTable } from '../refusals/error-table.tsx';
import { isCentral } from './central.ts';
import { GroupTable } from './group-table.tsx';
import { PartTable } from './part-table.tsx';
import { TallyBar } from './tally-bar.tsx';
import { TaskCard } from './task-card.tsx';
import { Timeline } from './timeline.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly round: number;
}

/** Page of one round: live while it runs, afterwards its outcome and the reason. */
export function RoundPage({ task, round: number }: Shown) {
  const { feed } = useDashboard();
  const overview = feed.overview.value?.tasks.find(each => each.task === task);
  return (
    <>
      <nav class="up" aria-label={words.list.neighbours}>
        {number > 1 && (
          <a href={addressOf({ page: 'round', task, round: number - 1 })}>{terms.round(number - 1)}</a>
        )}
        <a href={addressOf({ page: 'round', task, round: number + 1 })}>{terms.round(number + 1)}</a>
      </nav>
      {overview?.round?.number === number ? (
        <TaskCard overview={overview} />
      ) : (
        <Past task={task} round={number} />
      )}
    </>
  );
}

function Past({ task, round: number }: Shown) {
  const round = useLoaded<RoundDetail>(`tasks/${task}/rounds/${number}`, ['rounds'], task);
  return <Loading of={round}>{detail => <Detail task={task} detail={detail} />}</Loading>;
}

interface Ended {
  readonly task: string;
  readonly detail: RoundDetail;
}

function Detail({ task, detail }: Ended) {
  const { query, startedAt, endedAt, phases, errors, left, groups, parts } = detail;
  return (
    <div class="stack">
      <Outcome task={task} detail={detail} />
      <section class="card" aria-labelledby="timeline">
        <h2 id="timeline">{words.timeline.heading}</h2>
        <p class="muted">{words.timeline.hint}</p>
        {phases.length === 0 ? (
          <p class="hint">{isCentral(detail) ? words.timeline.central : words.timeline.none}</p>
        ) : (
          <Timeline
            query={query}
            phases={phases}
            startedAt={Date.parse(startedAt)}
            endedAt={Date.parse(endedAt)}
          />
        )}
      </section>
      {groups && (
        <section class="card" aria-labelledby="groups">
          <h2 id="groups">{words.groups.heading}</h2>
          <p class="muted">{words.groups.hint}</p>
          <GroupTable groups={groups} />
        </section>
      )}
      {parts && (
        <section class="card" aria-labelledby="parts">
          <h2 id="parts">{words.parts.heading}</h2>
          <p class="muted">{words.parts.hint}</p>
          <PartTable parts={parts} />
        </section>
      )}
      {left.length > 0 && (
        <section class="card" aria-labelledby="left">
          <h2 id="left">{words.left.heading}</h2>
          <p class="muted">{words.left.hint}</p>
          <ErrorTable label={words.left.heading} errors={left} />
        </section>
      )}
      <section class="card" aria-labelledby="errors">
        <h2 id="errors">{words.refused.heading}</h2>
        {errors.length === 0 ? (
          <p class="all-well">{words.refused.none}</p>
        ) : (
          <ErrorTable label={words.refused.heading} errors={errors} />
        )}
      </section>
    </div>
  );
}

/** Outcome of the round, in words and figures. */
function Outcome({ task, detail }: Ended) {
  const { outcome, query, failure } = detail;
  return (
    <section class="card" aria-labelledby="outcome">
      <h2 id="outcome">
        {words.list.outcome} <span class={`badge is-${outcome}`}>{terms.outcome(outcome, query)}</span>
      </h2>
      {failure && (
        <p class="hint failed">
          {words.list.failedIn(words.phase(failure.during, query), failure.reason)}{' '}
          {query === null ? words.list.unchanged : words.list.nothing}
        </p>
      )}
      {query !== null && !failure && <p class="hint">{words.list.noVersion}</p>}
      <Tiles detail={detail} />
      <Particulars task={task} detail={detail} />
    </section>
  );
}

function Tiles({ detail }: Pick<Ended, 'detail'>) {
  const { query, startedAt, endedAt, tally, traffic, metrics } = detail;
  const figures = Object.entries(metrics ?? {});
  return (
    <div class="tiles">
      <Tile value={duration(Date.parse(endedAt) - Date.parse(startedAt))}>{words.list.columns.took}</Tile>
      {!isCentral(detail) && (
        <>
          <Tile value={count(tally.accepted)}>
            {query === null ? words.list.contributed : words.list.answered}
          </Tile>
          <Tile value={bytes(traffic.up)}>{words.list.tiles[query === null ? 'up' : 'answers']}</Tile>
          <Tile value={bytes(traffic.down)}>{words.list.tiles.down}</Tile>
        </>
      )}
      {figures.map(([name, value]) => (
        <Tile key={name} value={readable(value, readingOf(name, [value]))}>
          {nameOf(name)}
        </Tile>
      ))}
    </div>
  );
}

function Particulars({ task, detail }: Ended) {
  const { query, startedAt, endedAt, version, planVersion } = detail;
  return (
    <Facts
      kind="list"
      of={[
        [words.list.columns.cohort, <TallyBar round={detail} />],
        [words.list.began, instant(startedAt)],
        [words.list.columns.ended, instant(endedAt)],
        [words.list.plan, terms.plan(planVersion)],
        query !== null && [words.list.query, <a href={addressOf({ page: 'query', task, query })}>{query}</a>],
        version && [
          words.list.ledTo,
          <a href={addressOf({ page: 'version', task, version: version.number })}>
            {terms.version(version.number)}
          </a>,
        ],
      ]}
    />
  );
}
