import type { TaskModules } from '@murmuration/api/task';
import { useDashboard } from '../context/dashboard.ts';
import { Action } from '../controls/action.tsx';
import { useLoaded } from '../loading/loaded.ts';
import { Loading } from '../loading/loading.tsx';
import { words } from './words.ts';

/** Task modules of the configuration's folder, each with a button that adds its task. */
export function AddTask() {
  const { requests } = useDashboard();
  const loaded = useLoaded<TaskModules>('task-modules', ['tasks']);
  if (loaded.data.value?.isOffered === false) return null;
  return (
    <section class="card" aria-labelledby="add-task">
      <h2 id="add-task">{words.addTask.heading}</h2>
      <Loading of={loaded}>
        {({ files }) => (
          <>
            {files.length === 0 && <p class="hint">{words.addTask.none}</p>}
            <ul class="task-modules">
              {files.map(({ file, task }) => (
                <li key={file}>
                  <code>{file}</code>
                  {task === null ? (
                    <Action
                      label={words.addTask.label}
                      title={words.addTask.title(file)}
                      consequences={words.addTask.consequences}
                      confirm={words.addTask.confirm}
                      done={words.addTask.done}
                      run={() => requests.send('POST', 'tasks', { file })}
                    />
                  ) : (
                    <span class="badge is-valid">{words.addTask.added(task)}</span>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Loading>
    </section>
  );
}
