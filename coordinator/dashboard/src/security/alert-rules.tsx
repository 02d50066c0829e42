import type { Alerts, WebhookOutcome } from '@murmuration/api/alert';
import { useSignal } from '@preact/signals';
import { useDashboard } from '../context/dashboard.ts';
import { Ago } from '../controls/moment.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { asRefusal } from '../requests/refusal.ts';
import { words } from './words.ts';

/** Button that sends a test notice to a webhook; nothing for viewers. */
function TestWebhook({ host }: { readonly host: string }) {
  const { session, requests, notice } = useDashboard();
  const isBusy = useSignal(false);
  if (!session.may('operator')) return null;
  const test = async () => {
    isBusy.value = true;
    try {
      const { failure } = await requests.send<WebhookOutcome>('POST', 'webhooks/test', { host });
      notice.say(failure === null ? words.testDelivered(host) : words.testFailed(host, failure));
    } catch (error) {
      notice.say(words.testFailed(host, asRefusal(error).message));
    }
    isBusy.value = false;
  };
  return (
    <button type="button" class="quiet-button" disabled={isBusy.value} onClick={test}>
      {words.test}
    </button>
  );
}

/** Alert rules, webhooks and resolved alerts. */
export function AlertRules() {
  const alerts = useLoaded<Alerts>('alerts', ['alerts']);
  return (
    <section class="card" aria-labelledby="rules">
      <h2 id="rules">{words.rules}</h2>
      <Loading of={alerts}>
        {({ firing, rules, webhooks, resolved }) => (
          <>
            <ul class="rules">
              {rules.map(({ rule, condition }) => {
                const count = firing.filter(each => each.rule === rule).length;
                return (
                  <li key={rule}>
                    <strong>{words.ruleNames[rule]}</strong>{' '}
                    {count > 0 && <span class="badge is-failed">{words.firing(count)}</span>}
                    <br />
                    <span class="muted">{condition ?? words.off}</span>
                  </li>
                );
              })}
            </ul>
            <h3>{words.webhooks}</h3>
            {webhooks.length === 0 ? (
              <p class="hint">{words.noWebhooks}</p>
            ) : (
              <ul class="rules">
                {webhooks.map(({ host, deliveredAt, failure }) => (
                  <li key={host}>
                    <strong>{host}</strong>{' '}
                    {failure ? (
                      <span class="worse">{failure}</span>
                    ) : deliveredAt ? (
                      <span class="muted">
                        {words.delivered} <Ago at={deliveredAt} />
                      </span>
                    ) : (
                      <span class="muted">{words.noNotice}</span>
                    )}{' '}
                    <TestWebhook host={host} />
                  </li>
                ))}
              </ul>
            )}
            {resolved.length > 0 && (
              <details>
                <summary>{words.resolved(resolved.length)}</summary>
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
