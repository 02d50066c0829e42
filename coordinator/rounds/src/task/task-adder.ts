import type { TaskModules as Listed, TaskAdded } from '@murmuration/api/task';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '../events/events.ts';
import type { Moments } from '../events/moments.ts';
import type { AddedTaskStore } from './added-tasks.ts';
import type { Task } from './task.ts';
import type { TaskModules } from './task-modules.ts';

export interface TaskAdderPorts {
  /** undefined: the configuration names no folder of tasks. */
  readonly modules: TaskModules | undefined;
  readonly store: AddedTaskStore;
  readonly clock: Clock;
  readonly moments: Pick<Moments, 'taskAdded'>;
  readonly events: CoordinatorEvents;
  /** Whether the coordinator has a task of this name. */
  readonly has: (task: TaskName) => boolean;
  /** Makes all that a task needs; nobody sees the task before the function that is returned is called. Throws what its model throws. */
  readonly prepare: (task: Task) => Promise<() => Promise<void>>;
}

/** Adds tasks to a running coordinator, from the folder that its configuration names. */
export class TaskAdder {
  readonly #ports: TaskAdderPorts;
  /** One addition after the other. */
  readonly #queue = new PromiseQueue();

  constructor(ports: TaskAdderPorts) {
    this.#ports = ports;
  }

  /** The modules from which tasks can be added, or were. Throws `task.module` where the folder can't be read. */
  async list(): Promise<Listed> {
    const { modules, store } = this.#ports;
    if (!modules) return { isOffered: false, files: [] };
    const added = new Map((await store.all()).map(({ file, task }) => [file, task]));
    const files = await modules.list();
    return { isOffered: true, files: files.map(file => ({ file, task: added.get(file) ?? null })) };
  }

  /**
   * Adds the task of a module, durably, and begins its rounds. Throws `task.module` where there is no folder of tasks, or the module
   * defines no task that can begin; `request.not-found` for what is no file of the folder; `task.exists`; and `storage.*`.
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
 * The tasks that operators added before this start, without those that are among `given`. One whose module is gone or broken is a fault, and
 * the coordinator runs without it. Throws `storage.*`.
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
