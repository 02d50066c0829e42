import type { TaskServing, Version } from '@murmuration/api/version';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { words } from './words.ts';

interface Shown {
  readonly task: string;
  readonly version: Pick<Version, 'number'>;
  readonly serving: TaskServing;
}

/** Buttons that make devices serve a version, or take both devices and rounds back to it. */
export function Promote({ task, version: { number }, serving }: Shown) {
  const { session, requests } = useDashboard();
  if (!session.may('operator')) return null;
  const { champion, base } = serving;
  const { promote, rollback } = words.model;
  const isServed = champion.number === number;
  return (
    <>
      {!(isServed && champion.isPinned) && (
        <Action
          label={promote.label}
          title={promote.title(number)}
          consequences={promote.consequences(number, champion.number)}
          confirm={promote.confirm}
          done={promote.done(number)}
          run={() => requests.send('PUT', `tasks/${task}/aliases/champion`, { number })}
        />
      )}
      {base.number !== number && (
        <Action
          label={rollback.label}
          title={rollback.title(number)}
          consequences={rollback.consequences(number)}
          confirm={rollback.confirm}
          done={rollback.done(number)}
          isDanger
          run={() => requests.send('POST', `tasks/${task}/rollback`, { number })}
        />
      )}
    </>
  );
}

/** Button that makes devices follow the newest version again, or the gate. */
export function Unpin({ task, serving }: Pick<Shown, 'task' | 'serving'>) {
  const { session, requests } = useDashboard();
  if (!session.may('operator') || !serving.champion.isPinned) return null;
  return (
    <Action
      {...(serving.isGated ? words.gate.release : words.model.unpin)}
      run={() => requests.send('PUT', `tasks/${task}/aliases/champion`, { number: null })}
    />
  );
}

/** Button that takes devices and rounds back to the version that devices served before. */
export function RollBack({ task, serving }: Pick<Shown, 'task' | 'serving'>) {
  const { session, requests } = useDashboard();
  if (!session.may('operator')) return null;
  const { label, title, consequences, confirm, done } = words.model.rollbackLast;
  return (
    <Action
      label={label}
      title={title}
      consequences={consequences(serving.champion.number)}
      confirm={confirm}
      done={done}
      isDanger
      run={() => requests.send('POST', `tasks/${task}/rollback`, { from: serving.champion.number })}
    />
  );
}
