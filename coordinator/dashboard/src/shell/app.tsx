import type { ComponentType } from 'preact';
import { type Dashboard, DashboardContext, useDashboard } from '../context/dashboard.ts';
import { addressOf, type DashboardPage } from '../context/routes.ts';
import { Missing } from '../controls/missing.tsx';
import { later } from '../loading/later.tsx';
import { Failure } from '../loading/loading.tsx';
import { words as loadingWords } from '../loading/words.ts';
import { OverviewPage } from '../overview/overview-page.tsx';
import { SignIn, SignInAgain } from '../sign-in/sign-in.tsx';
import { PageHead } from './page-head.tsx';
import { Shell } from './shell.tsx';
import { words } from './words.ts';

type Shown<Page> = Page extends unknown ? Omit<Page, 'page'> : never;
type Pages = {
  readonly [Name in DashboardPage['page']]: ComponentType<
    Shown<Extract<DashboardPage, { readonly page: Name }>>
  >;
};

// Each other page loads when it is first shown, with the forms and charts that only it uses.
const pages: Pages = {
  // The page that comes first is in the first script: its parts in files of their own cost more.
  overview: OverviewPage,
  versions: later(() => import('../model/versions-page.tsx').then(page => page.VersionsPage)),
  version: later(() => import('../model/version-page.tsx').then(page => page.VersionPage)),
  compare: later(() => import('../model/compare-page.tsx').then(page => page.ComparePage)),
  training: later(() => import('../training/training-page.tsx').then(page => page.TrainingPage)),
  experiments: later(() => import('../experiments/experiments-page.tsx').then(page => page.ExperimentsPage)),
  monitoring: later(() => import('../monitor/monitor-page.tsx').then(page => page.MonitorPage)),
  serving: later(() => import('../serving/serving-page.tsx').then(page => page.ServingPage)),
  devices: later(() => import('../devices/devices-page.tsx').then(page => page.DevicesPage)),
  rounds: later(() => import('../rounds/rounds-page.tsx').then(page => page.RoundsPage)),
  round: later(() => import('../rounds/round-page.tsx').then(page => page.RoundPage)),
  queries: later(() => import('../queries/queries-page.tsx').then(page => page.QueriesPage)),
  query: later(() => import('../queries/query-page.tsx').then(page => page.QueryPage)),
  privacy: later(() => import('../privacy/privacy-page.tsx').then(page => page.PrivacyPage)),
  task: later(() => import('../settings/settings-page.tsx').then(page => page.SettingsPage)),
  protection: later(() => import('../security/protection-page.tsx').then(page => page.ProtectionPage)),
  access: later(() => import('../security/access-page.tsx').then(page => page.AccessPage)),
  log: later(() => import('../log/log-page.tsx').then(page => page.LogPage)),
  missing: () => <Missing text={words.missing.page} />,
};

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
  const page = whereabouts.page.value;
  const overview = feed.overview.value;
  // A missing task has no pages; the tasks are known once the overview has arrived.
  if ('task' in page && overview && !overview.tasks.some(({ task }) => task === page.task))
    return (
      <>
        <PageHead page={{ page: 'missing' }} />
        <Missing text={words.missing.task(page.task)} />
      </>
    );
  const Shown = pages[page.page] as ComponentType<DashboardPage>;
  return (
    <>
      <PageHead page={page} />
      <Shown key={addressOf(page)} {...page} />
    </>
  );
}
