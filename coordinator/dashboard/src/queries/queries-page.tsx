import type { TaskQueryMessage } from '@murmuration/api/query';
import { Fragment } from 'preact';
import { useDashboard, useNow } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Ago } from '../controls/moment.tsx';
import { Table } from '../controls/table.tsx';
import { count } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { nextOf, useOverview } from './standing.ts';
import { words } from './words.ts';

export interface Queries {
  readonly queries: readonly TaskQueryMessage[];
}

/** Queries of a task, reloaded whenever they may have changed. */
export function useQueries(task: string) {
  return useLoaded<Queries>(`tasks/${task}/queries`, ['queries', 'rounds', 'settings'], task);
}

/** Hint that a task has no queries, with links to other tasks. */
function Nothing({ task }: { readonly task: string }) {
  const { feed } = useDashboard();
  const others = (feed.overview.value?.tasks ?? []).map(each => each.task).filter(each => each !== task);
  return (
    <section class="card hint">
      <p>{words.none}</p>
      {others.length > 0 && (
        <p>
          {words.others}{' '}
          {others.map((each, position) => (
            <Fragment key={each}>
              {position > 0 && ', '}
              <a href={addressOf({ page: 'queries', task: each })}>{each}</a>
            </Fragment>
          ))}
        </p>
      )}
    </section>
  );
}

/** Page of a task's queries, with their next times and newest results. */
export function QueriesPage({ task }: { readonly task: string }) {
  const loaded = useQueries(task);
  return (
    <>
      <p class="lead">{words.lead}</p>
      <Loading of={loaded}>
        {({ queries }) =>
          queries.length === 0 ? (
            <Nothing task={task} />
          ) : (
            <section class="card" aria-labelledby="queries">
              <h2 id="queries">{words.list}</h2>
              <QueryTable task={task} queries={queries} />
            </section>
          )
        }
      </Loading>
    </>
  );
}

function QueryTable({ task, queries }: Queries & { readonly task: string }) {
  return (
    <Table label={words.list} columns={words.columns} numbers={['devices']}>
      {queries.map(query => (
        <Row key={query.name} task={task} query={query} />
      ))}
    </Table>
  );
}

function Row({ task, query }: { readonly task: string; readonly query: TaskQueryMessage }) {
  const { name, kind, threshold, period, newest } = query;
  return (
    <tr>
      <th scope="row">
        <a href={addressOf({ page: 'query', task, query: name })}>{name}</a>
        <span class="reason">{words.kinds[kind]}</span>
      </th>
      <td>
        {newest?.figures && words.summary(newest.figures)}
        {newest && !newest.figures && (
          <>
            <span class="badge is-failed">{words.nothing}</span>
            <span class="reason">{newest.failure}</span>
          </>
        )}
        {!newest && <span class="muted">{words.never}</span>}
      </td>
      <td class="number">{newest?.devices == null ? '–' : count(newest.devices)}</td>
      <td>{newest ? <Ago at={newest.endedAt} /> : '–'}</td>
      <td>
        <NextAsked task={task} query={query} />
      </td>
      <td>{words.threshold(threshold)}</td>
      <td>{words.period(period)}</td>
    </tr>
  );
}

function NextAsked({ task, query }: { readonly task: string; readonly query: TaskQueryMessage }) {
  const next = nextOf(query, useOverview(task)?.round ?? null, useNow());
  switch (next.is) {
    case 'asked':
      return <span class="badge is-both">{words.now}</span>;
    case 'soon':
      return <>{words.nextRound}</>;
    case 'later':
      return <Ago at={next.at} />;
    case 'paused':
      return <>{words.whenResumed}</>;
    case 'by-command':
      return <>{words.byCommand}</>;
  }
}
