#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MurmurationError } from '@murmuration/protocol/errors';
import { Command } from 'commander';
import { backupCommands } from './commands/backup.ts';
import { loadConfig } from './config.ts';
import type { Task } from './task/task.ts';

const program = new Command('murmuration')
  .description('A coordinator for federated learning')
  .showSuggestionAfterError();

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
    // Only now: the other commands start without the engine.
    const { createCoordinator } = await import('./main.ts');
    const coordinator = await createCoordinator(config, await Promise.all(modules.map(loadTask)));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void coordinator.stop().then(() => process.exit(0)));
    }
    console.log(`The coordinator listens on ${coordinator.url}`);
    await coordinator.start();
  });

backupCommands(program);

async function loadTask(path: string): Promise<Task> {
  const file = pathToFileURL(resolve(path)).href;
  const module = (await import(file).catch(cause => {
    throw new MurmurationError(
      'config.invalid',
      `The task module ${path} can't be loaded: ${(cause as Error).message}`,
      { cause },
    );
  })) as { default?: Task };
  if (typeof module.default?.model !== 'function')
    throw new MurmurationError(
      'config.invalid',
      `The default export of ${path} is not a task; make it with defineTask({ … }).`,
    );
  return module.default;
}

program.parseAsync().catch(error => {
  console.error(error instanceof MurmurationError ? error.detail : error);
  process.exitCode = 1;
});
