import type { Gates } from '@murmuration/lifecycle/gates/gates';
import type { Task } from '@murmuration/rounds/task/task';
import { addedBefore, TaskAdder } from '@murmuration/rounds/task/task-adder';
import { TaskModuleFolder } from '@murmuration/rounds/task/task-modules';
import { taskModuleRoutes } from '../http/routes/admin/task-modules.ts';
import type { Core } from './core.ts';
import type { Scope, ServedScope } from './scope.ts';
import type { Watch } from './watch.ts';

/**
 * Returns the tasks that a coordinator begins with, including those that operators added before, and the
 * modules that they may add.
 */
export async function tasksBefore(
  { config, storage, events, opened }: Scope,
  given: readonly Task[],
): Promise<{ readonly tasks: readonly Task[]; readonly modules: TaskModuleFolder | undefined }> {
  const modules = config.tasksFolder === undefined ? undefined : new TaskModuleFolder(config.tasksFolder);
  // A cell has no task until it has taken its lease.
  if (config.role === 'cell') return { tasks: [], modules };
  const added = await addedBefore(given, { modules, store: storage.addedTasks, events });
  const tasks = [...given, ...added];
  opened.add(() => Promise.all(tasks.map(({ evaluator }) => evaluator?.close())));
  return { tasks, modules };
}

/** Lets operators add tasks while the coordinator runs. */
export function openTaskAdding(
  { clock, storage, moments, events, admin }: ServedScope,
  core: Pick<Core, 'rounds' | 'add'>,
  {
    modules,
    watch,
    gates,
  }: {
    readonly modules: TaskModuleFolder | undefined;
    readonly watch: Pick<Watch, 'follow'>;
    readonly gates: Pick<Gates, 'open'>;
  },
): void {
  const adder = new TaskAdder({
    modules,
    store: storage.addedTasks,
    clock,
    moments,
    events,
    has: task => core.rounds.has(task),
    async prepare(task) {
      const admit = await core.add(task);
      return async () => watch.follow(await admit(added => gates.open(added.task.name)));
    },
  });
  admin((routes, operators) => taskModuleRoutes(routes, operators, adder));
}
