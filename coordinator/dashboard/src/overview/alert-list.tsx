import type { AlertMessage } from '@murmuration/api/alert';
import type { TaskOverview } from '@murmuration/api/overview';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { moment } from '../format/format.ts';
import { terms } from '../format/terms.ts';
import { asRefusal } from '../requests/refusal.ts';
import { ComeBack } from '../rounds/task-card.tsx';
import { words } from './words.ts';

interface Shown {
  readonly alerts: readonly AlertMessage[];
  readonly tasks: readonly TaskOverview[];
}

/** Current alerts, with advice, and what else waits for an operator. */
export function AlertList({ alerts, tasks }: Shown) {
  const waiting = tasks.flatMap(({ task, round, sentAway }) => {
    const { phase, quorum, number } = round ?? {};
    return phase === 'gathering' && quorum && quorum.accepted < quorum.minimum
      ? [{ text: words.waitsForDevices(task, number!, quorum.accepted, quorum.minimum), sentAway }]
      : [];
  });
  const needs = tasks.flatMap(({ task, waitsFor: { what, devices } }) =>
    what === 'operator' || what === 'budget' || what === 'enrolment' ? words.needs[what](task, devices) : [],
  );
  return (
    <section class="card" aria-labelledby="alerts">
      <h2 id="alerts">{words.alerts}</h2>
      <ul class="alerts">
        {alerts.map(alert => (
          <Alert key={alert.id} alert={alert} />
        ))}
      </ul>
      {needs.map(text => (
        <p key={text} class="hint">
          {text}
        </p>
      ))}
      {alerts.length === 0 &&
        waiting.map(({ text, sentAway }) => (
          <div key={text}>
            <p class="hint">{text}</p>
            <ComeBack sentAway={sentAway} />
          </div>
        ))}
      {alerts.length + needs.length + waiting.length === 0 && <p class="all-well">{words.noAlerts}</p>}
    </section>
  );
}

function Alert({ alert }: { readonly alert: AlertMessage }) {
  const { severity, summary, advice, page, since, acknowledged, silencedUntil } = alert;
  return (
    <li class={acknowledged ? 'acknowledged' : ''}>
      <p>
        <span class={`badge is-${severity}`}>{terms.severities[severity]}</span> <strong>{summary}</strong>
      </p>
      <p>{advice}</p>
      <p class="muted">
        {words.since} <Ago at={since} /> · <a href={page.replace(/^\//, '')}>{words.look}</a>
      </p>
      {acknowledged && (
        <p class="muted">
          {words.acknowledgedBy(acknowledged.by)} <Ago at={acknowledged.at} />
        </p>
      )}
      {silencedUntil && (
        <p class="muted">
          {words.silenced} <time dateTime={silencedUntil}>{moment(silencedUntil)}</time>
        </p>
      )}
      <Attend alert={alert} />
    </li>
  );
}

/** Buttons for an alert; nothing for viewers. */
function Attend({ alert: { id, acknowledged, silencedUntil } }: { readonly alert: AlertMessage }) {
  const { session, requests, notice } = useDashboard();
  if (!session.may('operator')) return null;
  const send = (path: string, body: object) => requests.send('POST', `alerts/${path}`, { id, ...body });
  const atOnce = (work: Promise<unknown>, done: string) =>
    work.then(
      () => notice.say(done),
      error => notice.say(asRefusal(error).message),
    );
  return (
    <div class="actions">
      {!acknowledged && (
        <button
          type="button"
          class="quiet-button"
          onClick={() => atOnce(send('acknowledge', {}), words.acknowledged)}
        >
          {words.acknowledge}
        </button>
      )}
      {silencedUntil ? (
        <button
          type="button"
          class="quiet-button"
          onClick={() => atOnce(send('silence', { minutes: 0 }), words.unsilenced)}
        >
          {words.unsilence}
        </button>
      ) : (
        <Action {...words.silence} run={() => send('silence', { minutes: 1_440 })} />
      )}
    </div>
  );
}
