import { type Dashboard, DashboardContext, useDashboard } from '../context/dashboard.ts';
import { Missing } from '../controls/missing.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { terms } from '../format/terms.ts';
import { later } from '../loading/later.tsx';
import { Failure } from '../loading/loading.tsx';
import { words as loadingWords } from '../loading/words.ts';
import { SignIn, SignInAgain } from '../sign-in/sign-in.tsx';
import { Shell } from './shell.tsx';
import { words } from './words.ts';

// Each page loads when it is first shown, with the forms and charts that only it uses.
const AccessPage = later(() => import('../access/access-page.tsx').then(page => page.AccessPage));
const DevicesPage = later(() => import('../devices/devices-page.tsx').then(page => page.DevicesPage));
const ExperimentsPage = later(() =>
  import('../experiments/experiments-page.tsx').then(page => page.ExperimentsPage),
);
const LogPage = later(() => import('../log/log-page.tsx').then(page => page.LogPage));
const ComparePage = later(() => import('../model/compare-page.tsx').then(page => page.ComparePage));
const ModelPage = later(() => import('../model/model-page.tsx').then(page => page.ModelPage));
const VersionPage = later(() => import('../model/version-page.tsx').then(page => page.VersionPage));
const MonitorPage = later(() => import('../monitor/monitor-page.tsx').then(page => page.MonitorPage));
const NowPage = later(() => import('../now/now-page.tsx').then(page => page.NowPage));
const PrivacyPage = later(() => import('../privacy/privacy-page.tsx').then(page => page.PrivacyPage));
const QueriesPage = later(() => import('../queries/queries-page.tsx').then(page => page.QueriesPage));
const QueryPage = later(() => import('../queries/query-page.tsx').then(page => page.QueryPage));
const RoundPage = later(() => import('../rounds/round-page.tsx').then(page => page.RoundPage));
const RoundsPage = later(() => import('../rounds/rounds-page.tsx').then(page => page.RoundsPage));
const SecurityPage = later(() => import('../security/security-page.tsx').then(page => page.SecurityPage));
const ServingPage = later(() => import('../serving/serving-page.tsx').then(page => page.ServingPage));
const SettingsPage = later(() => import('../settings/settings-page.tsx').then(page => page.SettingsPage));
const TrainingPage = later(() => import('../training/training-page.tsx').then(page => page.TrainingPage));

/** Dashboard, or the sign-in page before an operator is signed in. */
export function App({ dashboard }: { readonly dashboard: Dashboard }) {
  return (
    <DashboardContext.Provider value={dashboard}>
      <Entrance />
    </DashboardContext.Provider>
  );
}

function Entrance() {
  const { session } = useDashboard();
  const who = session.who.value;
  if (who === null) return <SignIn />;
  if (who) {
    return (
      <Shell who={who}>
        <Page />
        {session.hasEnded.value && <SignInAgain />}
      </Shell>
    );
  }
  const refusal = session.refusal.value;
  return (
    <main class="start">
      {refusal ? <Failure refusal={refusal} retry={() => session.open()} /> : <p>{loadingWords.loading}</p>}
    </main>
  );
}

function Page() {
  const { whereabouts, feed } = useDashboard();
  const place = whereabouts.place.value;
  const overview = feed.overview.value;
  // A missing task has no pages; the tasks are known once the overview has arrived.
  if ('task' in place && overview && !overview.tasks.some(({ task }) => task === place.task))
    return <NotFound text={words.missing.task(place.task)} />;
  switch (place.page) {
    case 'now':
      return <NowPage />;
    case 'model':
      return <ModelPage key={place.task} task={place.task} />;
    case 'version':
      return <VersionPage key={`${place.task}/${place.version}`} task={place.task} number={place.version} />;
    case 'compare':
      return (
        <ComparePage key={`${place.task}/${place.versions}`} task={place.task} numbers={place.versions} />
      );
    case 'rounds':
      return <RoundsPage key={place.task} task={place.task} />;
    case 'round':
      return <RoundPage task={place.task} number={place.round} />;
    case 'devices':
      return <DevicesPage />;
    case 'serving':
      return <ServingPage />;
    case 'monitor':
      return <MonitorPage />;
    case 'training':
      return <TrainingPage key={place.task} task={place.task} />;
    case 'experiments':
      return <ExperimentsPage key={place.task} task={place.task} />;
    case 'queries':
      return <QueriesPage key={place.task} task={place.task} />;
    case 'query':
      return <QueryPage key={`${place.task}/${place.query}`} task={place.task} name={place.query} />;
    case 'privacy':
      return <PrivacyPage key={place.task} task={place.task} />;
    case 'security':
      return <SecurityPage />;
    case 'log':
      return <LogPage />;
    case 'settings':
      return <SettingsPage key={place.task} task={place.task} />;
    case 'access':
      return <AccessPage />;
    case 'missing':
      return <NotFound text={words.missing.page} />;
  }
}

function NotFound({ text }: { readonly text: string }) {
  return (
    <>
      <PageHead title={terms.pages.missing} />
      <Missing text={text} />
    </>
  );
}
