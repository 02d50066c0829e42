import { useDashboard } from '../context/dashboard.ts';
import { useChanges } from '../controls/changes.ts';
import { Span } from '../controls/span.tsx';
import { words as loadingWords } from '../loading/words.ts';
import { TaskCard } from '../rounds/task-card.tsx';
import { AddTask } from './add-task.tsx';
import { AlertList } from './alert-list.tsx';
import { HistoryCard } from './history-card.tsx';
import { OnlineDevices } from './online-devices.tsx';
import { words } from './words.ts';

/** Tasks now and over the chosen range, alerts, and what waits for an operator. */
export function OverviewPage() {
  const { feed, session } = useDashboard();
  const overview = feed.overview.value;
  const changes = useChanges();
  if (!overview) return <p class="placeholder">{loadingWords.loading}</p>;
  return (
    <div class="beside">
      <div class="stack">
        <Span otherwise={24} />
        {overview.tasks.length === 0 && <p class="card hint">{words.noTasks}</p>}
        {overview.tasks.map(each => (
          <div key={each.task} class="stack">
            <TaskCard overview={each} />
            <HistoryCard task={each.task} changes={changes} />
          </div>
        ))}
      </div>
      <div class="stack">
        <AlertList alerts={overview.alerts} tasks={overview.tasks} />
        <OnlineDevices {...overview} />
        {session.may('admin') && <AddTask />}
      </div>
    </div>
  );
}
