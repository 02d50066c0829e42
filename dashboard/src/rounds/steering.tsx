import type { TaskOverview } from '@murmuration/api/overview';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { words } from './words.ts';

/** What an operator may do to the rounds of a task; nothing for those who only look. */
export function RoundControl({ overview: { task, round, isPaused } }: { readonly overview: TaskOverview }) {
  const { session, requests } = useDashboard();
  if (!session.may('operator')) return null;
  const act = (command: string, body: object = {}) => requests.send('POST', `tasks/${task}/${command}`, body);
  const { start, pause, resume, abort } = words.steering;
  return (
    <div class="actions">
      {isPaused ? (
        <Action {...resume} run={() => act('resume')} />
      ) : (
        <Action {...pause} run={() => act('pause')} />
      )}
      {round ? (
        <Action
          {...abort}
          consequences={abort.consequences(round.number)}
          isDanger
          run={reason => act('abort-round', reason === '' ? {} : { reason })}
        />
      ) : (
        <Action {...start} isMain run={() => act('start-round')} />
      )}
    </div>
  );
}
