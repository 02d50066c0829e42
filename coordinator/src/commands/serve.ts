import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import type { Command } from 'commander';
import { loadConfig } from '../config.ts';
import type { EnrolmentVerifier } from '../population/enrolment.ts';
import type { Task } from '../task/task.ts';
import { say } from './output.ts';

/** `murmuration serve TASK…` */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('run the coordinator with the tasks that the given modules define')
    .argument('<task...>', 'modules whose default export is what defineTask() returns')
    .option(
      '-c, --config <file>',
      'configuration file (JSON); environment variables MURMURATION_… go before it',
    )
    .action(async (modules: string[], { config: file }: { config?: string }) => {
      const config = await loadConfig(file, process.env);
      const { enrolmentVerifier: verifier } = config;
      // Only here: no other command waits for the engine to load.
      const { createCoordinator } = await import('../main.ts');
      const coordinator = await createCoordinator(config, await Promise.all(modules.map(loadTask)), {
        clock: systemClock,
        random: systemRandom,
        ...(verifier && { verifyEnrolment: await loadVerifier(verifier) }),
      });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => void coordinator.stop().then(() => process.exit(0)));
      }
      say(`The coordinator listens on ${coordinator.url}`);
      await coordinator.start();
    });
}

async function loadTask(path: string): Promise<Task> {
  const task = (await load(`task module ${path}`, path)) as Task | undefined;
  if (typeof task?.model !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `The default export of ${path} is not a task; make it with defineTask({ … }).`,
    );
  return task;
}

async function loadVerifier(path: string): Promise<EnrolmentVerifier> {
  const verifier = await load(`enrolment verifier ${path}`, path);
  if (typeof verifier !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `The default export of ${path} is not a function that takes an enrolment and tells whether the device may.`,
    );
  return verifier as EnrolmentVerifier;
}

/** The default export of a module. */
async function load(name: string, path: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(resolve(path)).href)) as { default?: unknown }).default;
  } catch (cause) {
    throw new MurmurationError('config.invalid', `The ${name} can't be loaded: ${(cause as Error).message}`, {
      cause,
    });
  }
}
