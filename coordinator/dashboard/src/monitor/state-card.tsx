import type { MonitoredVersion, MonitoredWindow } from '@murmuration/api/monitor';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf } from '../context/routes.ts';
import { Action } from '../controls/action.tsx';
import { words } from './words.ts';

interface Shown {
  readonly state: MonitoredVersion;
  readonly newest: MonitoredWindow | undefined;
  /** Called when the reference was replaced. */
  readonly changed: () => void;
}

/** State of a version's drift, its reference, and the progress of the open window. */
export function StateCard({ state, newest, changed }: Shown) {
  const { session, requests, feed } = useDashboard();
  const { model, version, reference, rows, needed, last } = state;
  const path = `monitor/${encodeURIComponent(model)}/${encodeURIComponent(version)}`;
  const isTrained = feed.overview.value?.tasks.some(({ task }) => task === model) ?? false;
  const refer = async (body: object) => {
    await requests.send('POST', `${path}/reference`, body);
    changed();
  };
  return (
    <section class="card" aria-labelledby="drift-state">
      <h2 id="drift-state">{words.state}</h2>
      <p class={`verdict ${last?.isDrifted ? 'bad' : last && last.drifted === 0 ? 'good' : ''}`}>
        {words.verdict(state)}
      </p>
      {reference && (
        <p class="muted">{words.origins[reference.origin](reference.rows, reference.from, reference.to)}</p>
      )}
      <div class="gathering">
        <span class="muted">{words.progress(state)}</span>
        <span class="meter" aria-hidden="true">
          <span class="some" style={{ inlineSize: `${100 * Math.min(1, rows / needed)}%` }} />
        </span>
      </div>
      <div class="actions">
        {newest && (
          <a
            class="quiet-button"
            href={`/v1/admin/${path}/windows/${newest.number}`}
            target="_blank"
            rel="noopener"
          >
            {words.report}
          </a>
        )}
        {isTrained && (
          <a class="quiet-button" href={addressOf({ page: 'training', task: model })}>
            {words.train}
          </a>
        )}
        {session.may('operator') && newest && (
          <Action {...words.useWindow} run={() => refer({ window: newest.number })} />
        )}
        {session.may('operator') && reference && (
          <Action {...words.gather} run={() => refer({ gather: true })} />
        )}
      </div>
    </section>
  );
}
