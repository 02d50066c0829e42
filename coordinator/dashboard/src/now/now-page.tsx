import { useDashboard } from '../context/dashboard.ts';
import { PageHead } from '../controls/page-head.tsx';
import { terms } from '../format/terms.ts';
import { words as loadingWords } from '../loading/words.ts';
import { TaskCard } from '../rounds/task-card.tsx';
import { AddTask } from './add-task.tsx';
import { AlertList } from './alert-list.tsx';
import { HistoryCard } from './history-card.tsx';
import { OnlineDevices } from './online-devices.tsx';
import { words } from './words.ts';

/** Page of the current state. */
export function NowPage() {
  const { feed, session } = useDashboard();
  const overview = feed.overview.value;
  return (
    <>
      <PageHead title={terms.pages.now} />
      {overview ? (
        <div class="beside">
          <div class="stack">
            {overview.tasks.length === 0 && <p class="card hint">{words.noTasks}</p>}
            {overview.tasks.map(each => (
              <TaskCard key={each.task} overview={each} />
            ))}
            {overview.tasks.map(({ task }) => (
              <HistoryCard key={task} task={task} />
            ))}
          </div>
          <div class="stack">
            <AlertList alerts={overview.alerts} tasks={overview.tasks} />
            <OnlineDevices {...overview} />
            {session.may('admin') && <AddTask />}
          </div>
        </div>
      ) : (
        <p class="placeholder">{loadingWords.loading}</p>
      )}
    </>
  );
}
