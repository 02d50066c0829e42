import type { TaskOverview } from '@murmuration/api/overview';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { words } from './words.ts';

/**
 * Buttons that control the rounds of a task; nothing for viewers. Each button keeps its place, with or
 * without a round, so that nothing moves under the pointer.
 */
export function RoundControl({ overview: { task, round, isPaused } }: { readonly overview: TaskOverview }) {
  const { session, requests } = useDashboard();
  if (!session.may('operator')) return null;
  const act = (command: string, body: object = {}) => requests.send('POST', `tasks/${task}/${command}`, body);
  const { start, pause, resume, abort } = words.steering;
  return (
    <div class="actions steering">
      {isPaused ? (
        <Action key="resume" {...resume} run={() => act('resume')} />
      ) : (
        <Action key="pause" {...pause} run={() => act('pause')} />
      )}
      {/* A question about one round is not answered for the next one. */}
      <Action
        key={`abort ${round?.number}`}
        {...abort}
        title={abort.title(round?.number ?? 0)}
        isDanger
        isDisabled={!round}
        run={reason => act('abort-round', reason === '' ? {} : { reason })}
      />
      <Action key="start" {...start} isMain isDisabled={!!round} run={() => act('start-round')} />
    </div>
  );
}
