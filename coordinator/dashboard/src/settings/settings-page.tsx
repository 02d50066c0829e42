import type { TaskSettings } from '@murmuration/api/settings';
import { useDashboard } from '../context/dashboard.ts';
import { useChanges } from '../controls/changes.ts';
import { Ago } from '../controls/moment.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { RoundControl } from '../rounds/steering.tsx';
import { SettingsForm } from './settings-form.tsx';
import { undoOf } from './undo.ts';
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
                  {words.changedBy(settings.changedBy)} <Ago at={settings.changedAt} />.{' '}
                  {session.may('operator') && <UndoNewest task={task} />}
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

/** Link to the review that takes back the newest change of a task's settings. */
function UndoNewest({ task }: { readonly task: string }) {
  const newest = useChanges()?.find(
    ({ action, subject, outcome, changes }) =>
      action === 'task.settings' && subject === task && outcome === 'done' && changes?.length,
  );
  return newest ? <a href={undoOf(task, newest.number)}>{words.undo}</a> : null;
}
