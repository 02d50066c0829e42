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
  return (
    <>
      {!(champion.number === number && champion.isPinned) && (
        <Action
          {...words.model.promote(number, champion.number)}
          run={() => requests.send('PUT', `tasks/${task}/aliases/champion`, { number })}
        />
      )}
      {base.number !== number && (
        <Action
          {...words.model.rollBack(number, champion.number)}
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
  const from = serving.champion.number;
  return (
    <Action
      {...words.model.rollBack(null, from)}
      isDanger
      run={() => requests.send('POST', `tasks/${task}/rollback`, { from })}
    />
  );
}
