import type { TaskModules as Listed, TaskAdded } from '@murmuration/api/task';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Moments } from '../events/moments.ts';
import type { AddedTaskStore } from './added-tasks.ts';
import type { Task } from './task.ts';
import type { TaskModuleFolder } from './task-modules.ts';

export interface TaskAdderPorts {
  /** Modules of the folder of tasks; undefined if the configuration names none. */
  readonly modules: TaskModuleFolder | undefined;
  readonly store: AddedTaskStore;
  readonly clock: Clock;
  readonly moments: Pick<Moments, 'taskAdded'>;
  readonly events: CoordinatorEvents;
  /** True if the coordinator has a task of this name. */
  readonly has: (task: TaskName) => boolean;
  /**
   * Sets up all that a task needs; the returned function then makes the task visible. Throws any error of
   * the task's model.
   */
  readonly prepare: (task: Task) => Promise<() => Promise<void>>;
}

/** Adds tasks to a running coordinator, from the folder that its configuration names. */
export class TaskAdder {
  readonly #ports: TaskAdderPorts;
  /** Runs one addition at a time. */
  readonly #queue = new PromiseQueue();

  constructor(ports: TaskAdderPorts) {
    this.#ports = ports;
  }

  /**
   * Lists the modules of the folder, each with the task added from it, or null. Throws `task.module` if the
   * folder can't be read.
   */
  async list(): Promise<Listed> {
    const { modules, store } = this.#ports;
    if (!modules) return { isOffered: false, files: [] };
    const added = new Map((await store.all()).map(({ file, task }) => [file, task]));
    const files = await modules.list();
    return { isOffered: true, files: files.map(file => ({ file, task: added.get(file) ?? null })) };
  }

  /**
   * Adds the task of a module durably, and begins its rounds. Throws `task.module` if there is no folder of
   * tasks or the module defines no task that can begin, `request.not-found` if the folder has no such file,
   * `task.exists`, and `storage.*`.
   */
  add(file: string, by: string): Promise<TaskAdded> {
    return this.#queue.run(() => this.#add(file, by));
  }

  async #add(file: string, addedBy: string): Promise<TaskAdded> {
    const { modules, store, clock, moments, has, prepare } = this.#ports;
    if (!modules)
      throw new MurmurationError(
        'task.module',
        'This coordinator takes no further tasks: name a folder of task modules as "tasksFolder" in its configuration.',
      );
    const task = await modules.load(file);
    if (has(task.name)) throw new MurmurationError('task.exists', `There is already a task "${task.name}".`);
    const admit = await prepare(task).catch(cause => {
      if (cause instanceof MurmurationError) throw cause;
      throw new MurmurationError('task.module', `The task ${task.name} can't begin: ${cause.message}`, {
        cause,
      });
    });
    await store.put({ task: task.name, file, addedAt: clock.now(), addedBy });
    await admit();
    moments.taskAdded(task.name, file);
    return { task: task.name, file };
  }
}

/**
 * Loads the tasks that operators added before this start, except those among `given`. A missing or broken
 * module is a fault, and the coordinator runs without its task. Throws `storage.*`.
 */
export async function addedBefore(
  given: readonly Task[],
  { modules, store, events }: Pick<TaskAdderPorts, 'modules' | 'store' | 'events'>,
): Promise<readonly Task[]> {
  const tasks = new Map<TaskName, Task>();
  const names = new Set(given.map(({ name }) => name));
  for (const { task, file } of await store.all()) {
    if (names.has(task)) continue;
    try {
      if (!modules)
        throw new MurmurationError('task.module', 'The configuration has no "tasksFolder" any more.');
      const loaded = await modules.load(file);
      if (loaded.name !== task)
        throw new MurmurationError('task.module', `${file} defines the task ${loaded.name} now.`);
      tasks.set(task, loaded);
    } catch (error) {
      events.emit('fault', `loading the added task ${task}`, error);
    }
  }
  return [...tasks.values()];
}
