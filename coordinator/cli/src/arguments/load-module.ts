import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { EnrolmentVerifier } from '@murmuration/rounds/population/enrolment';
import type { Task } from '@murmuration/rounds/task/task';
import { taskOf } from '@murmuration/rounds/task/task-modules';

/** Loads the task that a module defines. Throws `config.invalid`. */
export async function loadTask(path: string): Promise<Task> {
  return taskOf(await loadModule(`task module ${path}`, path), path);
}

/** Loads the enrolment verifier of a module. Throws `config.invalid`. */
export async function loadVerifier(path: string): Promise<EnrolmentVerifier> {
  const { default: verifier } = await loadModule(`enrolment verifier ${path}`, path);
  if (typeof verifier !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `The default export of ${path} is not a function that takes an enrolment and tells whether the device may.`,
    );
  return verifier as EnrolmentVerifier;
}

/**
 * Loads a module by its path from the working directory. Throws `config.invalid` with `name` as the field.
 */
export async function loadModule(name: string, path: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The ${name} can't be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
}
