import type { Objective } from '@murmuration/engine/objective/objective';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Task } from '@murmuration/rounds/task/task';
import { taskOf } from '@murmuration/rounds/task/task-modules';
import { loadModule } from './load-module.ts';

/** Task that `murmuration dev` runs, and the training data of its local devices. */
export interface LocalTask {
  readonly task: Task;
  readonly objective: Objective<unknown>;
  /** Returns the examples of a device, numbered from 0, out of `devices`. */
  readonly examples: (device: number, devices: number) => readonly unknown[] | Promise<readonly unknown[]>;
}

/** Loads the task of a module, and its exports `objective` and `examples`. Throws `config.invalid`. */
export async function loadLocalTask(path: string): Promise<LocalTask> {
  const module = await loadModule(`task module ${path}`, path);
  const task = taskOf(module, path);
  const { objective, examples } = module as Partial<LocalTask>;
  if (typeof objective?.encode !== 'function' || typeof objective.loss !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `${path} has no export "objective" with the functions encode and loss, from which local devices learn.`,
    );
  if (typeof examples !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `${path} has no export "examples"; expected a function that takes the number of a device and how many there are, and returns the examples of that device.`,
    );
  return { task, objective, examples };
}
