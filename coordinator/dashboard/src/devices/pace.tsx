import type { PaceMessage } from '@murmuration/api/device';
import { useDashboard } from '../page/dashboard.ts';
import { count, duration } from '../page/format.ts';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

/** When devices that are not chosen are told to come back. */
export function Pace() {
  const tasks = useDashboard().feed.overview.value?.tasks ?? [];
  return (
    <section class="card" aria-labelledby="pace">
      <h2 id="pace">{strings.pace.heading}</h2>
      <p class="muted">{strings.pace.hint}</p>
      {tasks.map(({ task }) => (
        <TaskPace key={task} task={task} />
      ))}
    </section>
  );
}

function TaskPace({ task }: { readonly task: string }) {
  const pace = useLoaded<PaceMessage>(`tasks/${task}/pace`, ['devices', 'settings', 'rounds'], task);
  return (
    <>
      <h3>{task}</h3>
      <Loading of={pace}>
        {({ interval, cohortSize, population, comeBack }) => (
          <dl class="list">
            <dt>{strings.pace.interval}</dt>
            <dd>{interval === 0 ? strings.pace.atOnce : duration(interval)}</dd>
            <dt>{strings.pace.chosen}</dt>
            <dd>{strings.pace.of(count(cohortSize), count(population))}</dd>
            <dt>{strings.pace.comeBack}</dt>
            <dd>{strings.pace.between(duration(comeBack.from), duration(comeBack.to))}</dd>
          </dl>
        )}
      </Loading>
    </>
  );
}
