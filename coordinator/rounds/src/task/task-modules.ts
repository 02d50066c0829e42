import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleFilePattern } from '@murmuration/api/task';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Task } from './task.ts';

/**
 * Task modules in the one folder that the configuration names; no other file is ever loaded. A file is named
 * without a path, and a link out of the folder is refused.
 */
export class TaskModuleFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Lists the names of the modules, sorted. Throws `task.module` if the folder can't be read. */
  async list(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.#folder, { withFileTypes: true });
      return entries
        .filter(each => !each.isDirectory() && moduleFilePattern.test(each.name))
        .map(({ name }) => name)
        .sort();
    } catch (cause) {
      throw new MurmurationError(
        'task.module',
        `The folder "tasksFolder" of the configuration can't be read: ${(cause as Error).message}`,
        { cause },
      );
    }
  }

  /**
   * Loads the task of a module, and reloads a file that changed. Throws `request.not-found` if the folder
   * has no such file, `task.module` if the module can't be loaded or defines no task.
   */
  async load(file: string): Promise<Task> {
    const { path, changed } = await this.#find(file);
    try {
      return taskOf(await import(`${pathToFileURL(path).href}?changed=${changed}`), file);
    } catch (cause) {
      const reason = cause instanceof MurmurationError ? cause.detail : (cause as Error).message;
      throw new MurmurationError('task.module', `The task module ${file} can't be used: ${reason}`, {
        cause,
      });
    }
  }

  async #find(file: string): Promise<{ readonly path: string; readonly changed: number }> {
    const missing = (cause?: unknown) =>
      new MurmurationError('request.not-found', `There is no task module "${file}" in the tasks' folder.`, {
        cause,
      });
    if (!moduleFilePattern.test(file)) throw missing();
    try {
      const folder = await realpath(this.#folder);
      const path = await realpath(join(folder, file));
      const inside = relative(folder, path);
      const found = await stat(path);
      if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) || !found.isFile())
        throw missing();
      return { path, changed: found.mtimeMs };
    } catch (error) {
      throw error instanceof MurmurationError ? error : missing(error);
    }
  }
}

/**
 * Returns the task that is the default export of a module. Throws `config.invalid`; `name` is the module's
 * name in the message.
 */
export function taskOf(module: { readonly default?: unknown }, name: string): Task {
  const task = module.default as Task | undefined;
  if (typeof task?.model !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `The default export of ${name} is not a task; make it with defineTask({ … }).`,
    );
  return task;
}
