import type { InferenceState } from '@murmuration/api/inference';
import { useChoice } from '../context/dashboard.ts';
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
              <ModelChoice
                names={inference.models.map(({ name }) => name)}
                chosen={model.value}
                choose={name => {
                  model.value = name;
                }}
              />
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
        <p class="tile">
          <strong>{count(sum(({ requests }) => requests))}</strong> {words.requests}
        </p>
        <p class="tile">
          <strong>{count(sum(({ errors }) => errors))}</strong> {words.errors}
        </p>
        <p class="tile">
          <strong>{count(pending)}</strong> {words.pending}
        </p>
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

interface Choice {
  readonly names: readonly string[];
  /** Name of the chosen model; empty for all. */
  readonly chosen: string;
  readonly choose: (name: string) => void;
}

/** Choice of the model that the charts show; nothing if there is no choice. */
function ModelChoice({ names, chosen, choose }: Choice) {
  if (names.length < 2 && chosen === '') return null;
  return (
    <label class="choice">
      <span>{words.show}</span>
      <select value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">{words.all}</option>
        {names.map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
