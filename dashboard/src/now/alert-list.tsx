import type { AlertMessage } from '@murmuration/api/alert';
import { Ago } from '../controls/moment.tsx';
import { terms } from '../words/terms.ts';
import { words } from './words.ts';

/** What is wrong now, and what to do about it. */
export function AlertList({ alerts }: { readonly alerts: readonly AlertMessage[] }) {
  return (
    <section class="card" aria-labelledby="alerts">
      <h2 id="alerts">{words.alerts}</h2>
      {alerts.length === 0 ? (
        <p class="all-well">{words.noAlerts}</p>
      ) : (
        <ul class="alerts">
          {alerts.map(({ id, severity, summary, advice, page, since }) => (
            <li key={id}>
              <p>
                <span class={`badge is-${severity}`}>{terms.severities[severity]}</span>{' '}
                <strong>{summary}</strong>
              </p>
              <p>{advice}</p>
              <p class="muted">
                {words.since} <Ago at={since} /> · <a href={page.replace(/^\//, '')}>{words.look}</a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
