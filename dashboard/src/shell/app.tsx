import { AccessPage } from '../access/access-page.tsx';
import { type Dashboard, DashboardContext, useDashboard } from '../context/dashboard.ts';
import { Missing } from '../controls/missing.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { DevicesPage } from '../devices/devices-page.tsx';
import { ExperimentsPage } from '../experiments/experiments-page.tsx';
import { Failure } from '../loading/loading.tsx';
import { words as loadingWords } from '../loading/words.ts';
import { LogPage } from '../log/log-page.tsx';
import { ComparePage } from '../model/compare-page.tsx';
import { ModelPage } from '../model/model-page.tsx';
import { VersionPage } from '../model/version-page.tsx';
import { MonitorPage } from '../monitor/monitor-page.tsx';
import { NowPage } from '../now/now-page.tsx';
import { PrivacyPage } from '../privacy/privacy-page.tsx';
import { QueriesPage } from '../queries/queries-page.tsx';
import { QueryPage } from '../queries/query-page.tsx';
import { RoundPage } from '../rounds/round-page.tsx';
import { RoundsPage } from '../rounds/rounds-page.tsx';
import { SecurityPage } from '../security/security-page.tsx';
import { ServingPage } from '../serving/serving-page.tsx';
import { SettingsPage } from '../settings/settings-page.tsx';
import { SignIn, SignInAgain } from '../sign-in/sign-in.tsx';
import { TrainingPage } from '../training/training-page.tsx';
import { terms } from '../words/terms.ts';
import { Shell } from './shell.tsx';
import { words } from './words.ts';

/** The dashboard, once somebody is signed in; before that, where they sign in. */
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
  // A task that is not there has no pages; which ones are is known once the coordinator has said so.
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
