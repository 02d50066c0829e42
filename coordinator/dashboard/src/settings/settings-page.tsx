import type { TaskSettings } from '@murmuration/api/settings';
import { useDashboard } from '../page/dashboard.ts';
import { Ago } from '../page/moment.tsx';
import { PageHead } from '../page/page-head.tsx';
import { useLoaded } from '../requests/loaded.ts';
import { Loading } from '../requests/loading.tsx';
import { strings } from '../strings.ts';
import { SettingsForm } from './settings-form.tsx';
import { Steering } from './steering.tsx';
import { Weaknesses } from './weaknesses.tsx';

/** What a task asks of its devices, and how its rounds run. */
export function SettingsPage({ task }: { readonly task: string }) {
  const { feed, session } = useDashboard();
  const loaded = useLoaded<TaskSettings>(`tasks/${task}/settings`, ['settings'], task);
  const overview = feed.overview.value?.tasks.find(each => each.task === task);
  return (
    <>
      <PageHead title={strings.pages.settings} of={task}>
        {overview && <Steering overview={overview} />}
      </PageHead>
      <Loading of={loaded}>
        {settings => (
          <>
            <p class="lead">
              {strings.settings.version(settings.planVersion)}{' '}
              {settings.changedAt ? (
                <>
                  {strings.settings.changedBy(settings.changedBy)} <Ago at={settings.changedAt} />.
                </>
              ) : (
                strings.settings.asDefined
              )}{' '}
              {!settings.inForce && strings.settings.nextRound}{' '}
              {!session.may('operator') && strings.settings.readOnly}
            </p>
            <Weaknesses all={settings.weakened} />
            <SettingsForm task={task} current={settings} mayChange={session.may('operator')} />
          </>
        )}
      </Loading>
    </>
  );
}
