import { useDashboard } from '../page/dashboard.ts';
import { PageHead } from '../page/page-head.tsx';
import { strings } from '../strings.ts';
import { AlertList } from './alert-list.tsx';
import { OnlineDevices } from './online-devices.tsx';
import { TaskCard } from './task-card.tsx';

/** How everything stands at this moment. */
export function NowPage() {
  const overview = useDashboard().feed.overview.value;
  return (
    <>
      <PageHead title={strings.pages.now} />
      {overview ? (
        <div class="beside">
          <div class="stack">
            {overview.tasks.length === 0 && <p class="card hint">{strings.now.noTasks}</p>}
            {overview.tasks.map(each => (
              <TaskCard key={each.task} overview={each} />
            ))}
          </div>
          <div class="stack">
            <AlertList alerts={overview.alerts} />
            <OnlineDevices online={overview.devices} />
          </div>
        </div>
      ) : (
        <p class="placeholder">{strings.loading}</p>
      )}
    </>
  );
}
