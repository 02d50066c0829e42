import type { RetrainingMessage, TrainingRunMessage } from '@murmuration/api/run';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { Ago } from '../controls/moment.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  /** Run that is open. */
  readonly open: TrainingRunMessage | null;
  readonly standing: RetrainingMessage;
  /** Called when a run began or was ended. */
  readonly changed: () => void;
}

/** Open run, its reason and progress, with buttons for operators to begin and end runs. */
export function NowCard({ task, open, standing: { held, until }, changed }: Shown) {
  const { session, requests } = useDashboard();
  const steer = async (path: string, reason: string) => {
    await requests.send('POST', `tasks/${task}/${path}`, reason === '' ? {} : { reason });
    changed();
  };
  return (
    <section class="card" aria-labelledby="training-now">
      <h2 id="training-now">{words.now}</h2>
      <p class="verdict">{words.verdict(open)}</p>
      {open ? (
        <>
          <p class="muted">
            {open.why.reason} {words.began} <Ago at={open.startedAt} />.
          </p>
          <Progress run={open} most={until?.rounds ?? null} />
        </>
      ) : (
        held && <p class="muted">{words.held(held)}</p>
      )}
      <h3>{open ? words.ends : words.wouldEnd}</h3>
      <ul class="consequences">
        {until?.texts.map(text => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {session.may('operator') && (
        <div class="actions">
          {open ? (
            <Action {...words.stop} isDanger run={reason => steer('runs/stop', reason)} />
          ) : (
            <Action {...words.start} isMain run={reason => steer('runs', reason)} />
          )}
        </div>
      )}
    </section>
  );
}

/** Number of versions that a run has made, out of those after which it ends. */
function Progress({ run, most }: { readonly run: TrainingRunMessage; readonly most: number | null }) {
  return (
    <div class="gathering">
      <span class="muted">{words.progress(run, most)}</span>
      {most !== null && (
        <span class="meter" aria-hidden="true">
          <span class="some" style={{ inlineSize: `${100 * Math.min(1, run.rounds / most)}%` }} />
        </span>
      )}
    </div>
  );
}
