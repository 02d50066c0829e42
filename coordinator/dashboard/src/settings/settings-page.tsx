import type { TaskSettings } from '@murmuration/api/settings';
import { useDashboard } from '../context/dashboard.ts';
import { Ago } from '../controls/moment.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { RoundControl } from '../rounds/steering.tsx';
import { SettingsForm } from './settings-form.tsx';
import { Weaknesses } from './weaknesses.tsx';
import { words } from './words.ts';

/** Page of a task's settings. */
export function SettingsPage({ task }: { readonly task: string }) {
  const { feed, session } = useDashboard();
  const loaded = useLoaded<TaskSettings>(`tasks/${task}/settings`, ['settings'], task);
  const overview = feed.overview.value?.tasks.find(each => each.task === task);
  return (
    <>
      <div class="up">{overview && <RoundControl overview={overview} />}</div>
      <Loading of={loaded}>
        {settings => (
          <>
            <p class="lead">
              {words.version(settings.planVersion)}{' '}
              {settings.changedAt ? (
                <>
                  {words.changedBy(settings.changedBy)} <Ago at={settings.changedAt} />.
                </>
              ) : (
                words.asDefined
              )}{' '}
              {!settings.inForce && words.nextRound} {!session.may('operator') && words.readOnly}
            </p>
            <Weaknesses all={settings.weakened} />
            <SettingsForm task={task} current={settings} mayChange={session.may('operator')} />
          </>
        )}
      </Loading>
    </>
  );
}
