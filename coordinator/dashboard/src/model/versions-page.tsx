import type { FigureColumns, Versions } from '@murmuration/api/version';
import { useChoice, useDashboard } from '../context/dashboard.ts';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { useHours } from '../controls/span.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { Curves } from './curves.tsx';
import { Lineage } from './lineage.tsx';
import { ServingCard } from './serving-card.tsx';
import { words } from './words.ts';

/** Page of a task's model: its figures, versions, and the version that devices serve. */
export function VersionsPage({ task }: { readonly task: string }) {
  const { whereabouts } = useDashboard();
  const places = usePlaces<number>();
  const selected = useChoice('compare');
  const chosen = (selected.value.match(/\d+/g) ?? []).map(Number).slice(0, 2);
  // Those of a part of the time are few among all.
  const points = useHours(0) === 0 ? 400 : 1_000;
  const figures = useLoaded<FigureColumns>(`tasks/${task}/figures?points=${points}`, ['versions'], task);
  const versions = useLoaded<Versions>(
    `tasks/${task}/versions?limit=20${places.query('before')}`,
    ['versions'],
    task,
  );
  const [a, b] = chosen;
  return (
    <div class="stack">
      <Loading of={versions}>{({ serving }) => <ServingCard task={task} serving={serving} />}</Loading>
      <Loading of={figures}>{answer => <Curves task={task} figures={answer} />}</Loading>
      <section class="card" aria-labelledby="lineage">
        <div class="card-head">
          <div>
            <h2 id="lineage">{words.model.lineage}</h2>
            <p class="muted">{words.model.lineageHint}</p>
          </div>
          <button
            type="button"
            class="quiet-button"
            disabled={a === undefined || b === undefined}
            onClick={() =>
              whereabouts.go({ page: 'compare', task, versions: [Math.min(a!, b!), Math.max(a!, b!)] })
            }
          >
            {words.model.compare}
          </button>
        </div>
        <Loading of={versions}>
          {answer => (
            <>
              <Lineage
                task={task}
                versions={answer.versions}
                chosen={chosen}
                choose={numbers => selected.choose(numbers.join(','))}
              />
              <Pager places={places} next={answer.next} />
            </>
          )}
        </Loading>
      </section>
    </div>
  );
}
