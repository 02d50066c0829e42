import type { ExperimentMessage } from '@murmuration/api/experiment';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { BeginExperiment } from './begin-experiment.tsx';
import { PastCard } from './past-card.tsx';
import { RunningCard } from './running-card.tsx';
import { words } from './words.ts';

interface Answer {
  readonly experiments: readonly ExperimentMessage[];
}

/** Page of the experiments on the versions of a task: running ones, then past ones. */
export function ExperimentsPage({ task }: { readonly task: string }) {
  const loaded = useLoaded<Answer>(`tasks/${task}/experiments`, ['experiments'], task);
  return (
    <>
      <p class="lead">{words.lead}</p>
      <Loading of={loaded}>
        {({ experiments: all }) => {
          const running = all.filter(({ outcome }) => outcome === 'running');
          const past = all.filter(({ outcome }) => outcome !== 'running');
          return (
            <div class="stack">
              <div>
                <BeginExperiment task={task} begun={() => loaded.reload()} />
              </div>
              {running.map(experiment => (
                <RunningCard
                  key={experiment.name}
                  task={task}
                  experiment={experiment}
                  changed={() => loaded.reload()}
                />
              ))}
              {running.length === 0 && <p class="card hint">{words.none}</p>}
              {past.length > 0 && <PastCard experiments={past} />}
            </div>
          );
        }}
      </Loading>
    </>
  );
}
