import type { PaceMessage } from '@murmuration/api/device';
import { useDashboard } from '../context/dashboard.ts';
import { Facts } from '../controls/facts.tsx';
import { duration } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Times after which devices that are not selected come back. */
export function Pace() {
  const tasks = useDashboard().feed.overview.value?.tasks ?? [];
  return (
    <section class="card" aria-labelledby="pace">
      <h2 id="pace">{words.pace.heading}</h2>
      <p class="muted">{words.pace.hint}</p>
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
          <Facts
            kind="list"
            of={[
              [words.pace.interval, interval === 0 ? words.pace.atOnce : duration(interval)],
              [words.pace.chosen, words.pace.of(cohortSize, population)],
              [words.pace.comeBack, words.pace.between(duration(comeBack.from), duration(comeBack.to))],
            ]}
          />
        )}
      </Loading>
    </>
  );
}
