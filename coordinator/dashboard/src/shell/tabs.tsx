import type { ExperimentMessage } from '@murmuration/api/experiment';
import type { MonitorState } from '@murmuration/api/monitor';
import type { TaskQueryMessage } from '@murmuration/api/query';
import type { RetrainingMessage } from '@murmuration/api/run';
import { useDashboard } from '../context/dashboard.ts';
import { addressOf, type DashboardPage, pageOf, placeOf, places, type Tab } from '../context/routes.ts';
import { useTask } from '../context/task.ts';
import { terms } from '../format/terms.ts';
import { useLoaded } from '../loading/loaded.ts';
import { words } from './words.ts';

interface Shown {
  readonly page: DashboardPage;
  /** Tab of the page. */
  readonly tab: Tab;
}

/** Tabs of a place. A tab that the task has nothing for is under “More”, as a way to begin it. */
export function Tabs({ page, tab: current }: Shown) {
  const task = useTask();
  const place = placeOf(current);
  const has = useContents(place, task);
  const tabs = places[place].flatMap((tab: Tab) => {
    const to = pageOf(tab, task);
    return to ? [{ tab, to: addressOf(to), isShown: tab === current || has(tab) }] : [];
  });
  if (tabs.length < 2) return null;
  const offered = tabs.filter(({ tab, isShown }) => isShown === false && tab in words.offers);
  return (
    <nav class="tabs" aria-label={words.tabs}>
      <ul>
        {tabs
          .filter(({ isShown }) => isShown)
          .map(({ tab, to }) => (
            <li key={tab}>
              <a href={to} {...(tab === current && { 'aria-current': tab === page.page ? 'page' : 'true' })}>
                {terms.tabs[tab]}
              </a>
            </li>
          ))}
      </ul>
      {offered.length > 0 && (
        <details key={addressOf(page)}>
          <summary>{words.more}</summary>
          <ul>
            {offered.map(({ tab, to }) => (
              <li key={tab}>
                <a href={to}>{words.offers[tab as keyof typeof words.offers]}</a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </nav>
  );
}

/** Finds whether a tab of a place has something to show; undefined until it is known. */
function useContents(place: keyof typeof places, task: string | null): (tab: Tab) => boolean | undefined {
  const { feed, session } = useDashboard();
  const path = (of: typeof place, what: string) =>
    place === of && task !== null ? `tasks/${task}/${what}` : '';
  const retraining = useLoaded<RetrainingMessage>(path('model', 'retraining'), ['settings'], task ?? '');
  const experiments = useLoaded<{ readonly experiments: readonly ExperimentMessage[] }>(
    path('model', 'experiments'),
    ['experiments'],
    task ?? '',
  );
  const queries = useLoaded<{ readonly queries: readonly TaskQueryMessage[] }>(
    path('fleet', 'queries'),
    ['settings'],
    task ?? '',
  );
  const monitor = useLoaded<MonitorState>(place === 'model' ? 'monitor' : '', ['monitor', 'rounds']);
  const overview = feed.overview.value;
  const about = monitor.data.value;
  const contents: Partial<Record<Tab, boolean | undefined>> = {
    training: retraining.data.value?.isByRuns,
    experiments: experiments.data.value && experiments.data.value.experiments.length > 0,
    monitoring: about && about.versions.length + about.told.length > 0,
    // Only a coordinator without an inference server doesn’t know the address.
    serving: monitor.refusal.value?.code !== 'request.not-found',
    queries: queries.data.value && queries.data.value.queries.length > 0,
    privacy: overview?.tasks.some(each => each.task === task && each.privacy !== null),
    log: session.may('operator'),
  };
  return tab => (tab in contents ? contents[tab] : true);
}
