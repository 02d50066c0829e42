import type { Alerts } from '@murmuration/api/alert';
import { Ago } from '../page/moment.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';

/** What is watched for, where notices go, and what was wrong before. */
export function AlertRules() {
  const alerts = useLoaded<Alerts>('alerts', ['alerts']);
  return (
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">{strings.security.rules}</h2>
      <Loading of={alerts}>
        {({ firing, rules, webhooks, resolved }) => (
          <>
            <ul class="rules">
              {rules.map(({ rule, condition }) => {
                const count = firing.filter(each => each.rule === rule).length;
                return (
                  <li key={rule}>
                    <strong>{strings.security.ruleNames[rule]}</strong>{' '}
                    {count > 0 && <span class="badge is-failed">{strings.security.firing(count)}</span>}
                    <br />
                    <span class="muted">{condition ?? strings.security.off}</span>
                  </li>
                );
              })}
            </ul>
            <h3>{strings.security.webhooks}</h3>
            {webhooks.length === 0 ? (
              <p class="hint">{strings.security.noWebhooks}</p>
            ) : (
              <ul class="rules">
                {webhooks.map(({ host, deliveredAt, failure }) => (
                  <li key={host}>
                    <strong>{host}</strong>{' '}
                    {failure ? (
                      <span class="worse">{failure}</span>
                    ) : deliveredAt ? (
                      <span class="muted">
                        {strings.security.delivered} <Ago at={deliveredAt} />
                      </span>
                    ) : (
                      <span class="muted">{strings.security.noNotice}</span>
                    )}
                  </li>
                ))}
              </ul>
            )}
            {resolved.length > 0 && (
              <details>
                <summary>{strings.security.resolved(resolved.length)}</summary>
                <ul class="rules">
                  {resolved.map(({ id, since, summary, resolvedAt }) => (
                    <li key={`${id} ${since}`}>
                      {summary} <span class="muted">{resolvedAt && <Ago at={resolvedAt} />}</span>
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </>
        )}
      </Loading>
    </section>
  );
}
