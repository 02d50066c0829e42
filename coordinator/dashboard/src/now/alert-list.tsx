import type { AlertMessage } from '@murmuration/api/alert';
import { Ago } from '../page/moment.tsx';
import { strings } from '../strings.ts';

/** What is wrong now, and what to do about it. */
export function AlertList({ alerts }: { readonly alerts: readonly AlertMessage[] }) {
  return (
    <section class="card" aria-labelledby="alerts">
      <h2 id="alerts">{strings.now.alerts}</h2>
      {alerts.length === 0 ? (
        <p class="all-well">{strings.now.noAlerts}</p>
      ) : (
        <ul class="alerts">
          {alerts.map(({ id, severity, summary, advice, page, since }) => (
            <li key={id}>
              <p>
                <span class={`badge is-${severity}`}>{strings.now.severities[severity]}</span>{' '}
                <strong>{summary}</strong>
              </p>
              <p>{advice}</p>
              <p class="muted">
                {strings.now.since} <Ago at={since} /> ·{' '}
                <a href={page.replace(/^\//, '')}>{strings.now.look}</a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
