import type { InferenceState } from '@murmuration/api/inference';
import { useChoice } from '../context/dashboard.ts';
import { Choice } from '../controls/select.tsx';
import { Tile } from '../controls/tile.tsx';
import { bytes, count } from '../format/format.ts';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { ModelsCard } from './models-card.tsx';
import { RecentCard } from './recent-card.tsx';
import { ServingCharts } from './serving-charts.tsx';
import { words } from './words.ts';

/** Page of the coordinator's inference server. */
export function ServingPage() {
  const model = useChoice('model');
  const query = model.value === '' ? '' : `?model=${encodeURIComponent(model.value)}`;
  const loaded = useLoaded<InferenceState>(`inference${query}`, ['inference', 'versions', 'tasks']);
  return (
    <>
      <p class="lead">{words.lead}</p>
      <Loading of={loaded}>
        {inference => (
          <div class="stack">
            {!inference.isReady && (
              <p class="hint failed" role="alert">
                {words.draining}
              </p>
            )}
            <SummaryCard inference={inference} />
            <ModelsCard models={inference.models} changed={() => loaded.reload()} />
            <ServingCharts minutes={inference.minutes}>
              {(inference.models.length > 1 || model.value !== '') && (
                <Choice
                  label={words.show}
                  value={model.value}
                  of={[['', words.all], ...inference.models.map(({ name }) => [name, name] as const)]}
                  choose={model.choose}
                />
              )}
            </ServingCharts>
            <RecentCard recent={inference.recent} />
          </div>
        )}
      </Loading>
    </>
  );
}

function SummaryCard({ inference: { models, memory, pending } }: { readonly inference: InferenceState }) {
  const versions = models.flatMap(model => model.versions);
  const sum = (pick: (version: (typeof versions)[number]) => number) =>
    versions.reduce((total, version) => total + pick(version), 0);
  const share = memory.budget === 0 ? 0 : Math.min(1, memory.used / memory.budget);
  return (
    <section class="card" aria-labelledby="serving-summary">
      <h2 id="serving-summary">{words.summary}</h2>
      <div class="tiles">
        <Tile value={count(sum(({ requests }) => requests))}>{words.requests}</Tile>
        <Tile value={count(sum(({ errors }) => errors))}>{words.errors}</Tile>
        <Tile value={count(pending)}>{words.pending}</Tile>
      </div>
      <div class="memory">
        <span>{words.memory}</span>
        <span class="muted">{words.memoryUsed(bytes(memory.used), bytes(memory.budget))}</span>
        <span class="meter" aria-hidden="true">
          <span class="some" style={{ inlineSize: `${100 * share}%` }} />
        </span>
      </div>
    </section>
  );
}
