import type {
  MonitoredModel,
  MonitoredVersion,
  MonitorState,
  OwnDriftSettings,
} from '@murmuration/api/monitor';
import { useSignal } from '@preact/signals';
import { useChoice, useDashboard } from '../context/dashboard.ts';
import { Choice } from '../controls/select.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Failure, Loading } from '../loading/loading.tsx';
import { type ApiRefusal, asRefusal } from '../requests/refusal.ts';
import { ComparisonCard } from './comparison-card.tsx';
import { DevicesCard } from './devices-card.tsx';
import { FeaturesCard } from './features-card.tsx';
import { MonitorCharts } from './monitor-charts.tsx';
import { StateCard } from './state-card.tsx';
import { words } from './words.ts';

/** Page of the versions in use: drift of their inputs, and their accuracy. */
export function MonitorPage() {
  const chosen = useChoice('version');
  const loaded = useLoaded<MonitorState>('monitor', ['monitor', 'inference', 'rounds']);
  return (
    <>
      <p class="lead">{words.lead}</p>
      <Loading of={loaded}>
        {state => (
          <div class="stack">
            <DevicesCard told={state.told} />
            <Drift state={state} chosen={chosen.value} choose={chosen.choose} />
          </div>
        )}
      </Loading>
    </>
  );
}

interface Watched {
  readonly chosen: string;
  readonly choose: (key: string) => void;
  readonly state: MonitorState;
}

/** Drift of the inputs of versions on servers. */
function Drift({ state: { isWatching, versions }, chosen, choose }: Watched) {
  if (!isWatching) return <p class="hint">{words.off}</p>;
  // The version with the most recent requests comes first.
  const listed = versions.toReversed();
  const [first] = listed;
  if (!first) return <p class="hint">{words.none}</p>;
  const shown = listed.find(each => keyOf(each) === chosen) ?? first;
  return (
    <>
      <Choice
        label={words.version}
        value={keyOf(shown)}
        of={listed.map(each => [keyOf(each), words.versionOf(each.model, each.version)])}
        choose={choose}
      />
      <Version key={keyOf(shown)} version={shown} />
    </>
  );
}

function Version({ version: { model, version } }: { readonly version: MonitoredVersion }) {
  const { requests, notice } = useDashboard();
  const refusal = useSignal<ApiRefusal | null>(null);
  const name = encodeURIComponent(model);
  const loaded = useLoaded<MonitoredModel>(`monitor/${name}/${encodeURIComponent(version)}`, [
    'monitor',
    'inference',
  ]);
  const save = async (settings: OwnDriftSettings, done: string) => {
    refusal.value = null;
    try {
      await requests.send('PUT', `monitor/${name}/settings`, settings);
      notice.say(done);
    } catch (error) {
      refusal.value = asRefusal(error);
    }
    loaded.reload();
  };
  return (
    <Loading of={loaded}>
      {found => (
        <div class="stack">
          {refusal.value && <Failure refusal={refusal.value} />}
          <StateCard state={found.state} newest={found.windows[0]} changed={() => loaded.reload()} />
          <MonitorCharts name={model} model={found} />
          <FeaturesCard features={found.features} own={found.own} save={save} />
          <ComparisonCard configured={found.configured} own={found.own} save={save} />
        </div>
      )}
    </Loading>
  );
}

function keyOf({ model, version }: MonitoredVersion): string {
  return JSON.stringify([model, version]);
}
