import type { RetrainingMessage, TrainingRunMessage, TrainingRunsMessage } from '@murmuration/api/run';
import type { Versions } from '@murmuration/api/version';
import { Pager, usePlaces } from '../controls/pager.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { ServingCard } from '../model/serving-card.tsx';
import { FiredCard } from './fired-card.tsx';
import { NowCard } from './now-card.tsx';
import { RunsTable } from './runs-table.tsx';
import { TriggersCard } from './triggers-card.tsx';
import { words } from './words.ts';

/** Page of a task's training runs: their triggers, results, and the version now served. */
export function TrainingPage({ task }: { readonly task: string }) {
  const places = usePlaces<number>();
  const retraining = useLoaded<RetrainingMessage>(
    `tasks/${task}/retraining`,
    ['runs', 'settings', 'monitor', 'inference'],
    task,
  );
  const newest = useLoaded<TrainingRunsMessage>(`tasks/${task}/runs?limit=1`, ['runs'], task);
  const runs = useLoaded<TrainingRunsMessage>(
    `tasks/${task}/runs?limit=20${places.query('before')}`,
    ['runs', 'versions'],
    task,
  );
  const versions = useLoaded<Versions>(`tasks/${task}/versions?limit=1`, ['versions'], task);
  const changed = () => {
    newest.reload();
    runs.reload();
    retraining.reload();
  };
  return (
    <Loading of={retraining}>
      {standing =>
        standing.isByRuns ? (
          <div class="stack">
            <p class="lead">{words.lead}</p>
            <div class="beside">
              <Loading of={newest}>
                {({ runs: [run] }) => (
                  <NowCard task={task} open={openOf(run)} standing={standing} changed={changed} />
                )}
              </Loading>
              <Loading of={versions}>
                {({ serving }) => <ServingCard task={task} serving={serving} />}
              </Loading>
            </div>
            <section class="card" aria-labelledby="training-runs">
              <h2 id="training-runs">{words.runs}</h2>
              <Loading of={runs}>
                {answer =>
                  answer.runs.length === 0 ? (
                    <p class="hint">{words.noRuns}</p>
                  ) : (
                    <>
                      <RunsTable task={task} runs={answer.runs} />
                      <Pager places={places} next={answer.next} />
                    </>
                  )
                }
              </Loading>
            </section>
            <TriggersCard triggers={standing.triggers} />
            <FiredCard task={task} />
          </div>
        ) : (
          <p class="card hint">{words.always}</p>
        )
      }
    </Loading>
  );
}

function openOf(run: TrainingRunMessage | undefined): TrainingRunMessage | null {
  return run?.endedAt === null ? run : null;
}
