import { processRoles } from '@murmuration/coordinator/assembly/process-role';
import { type Command, Option } from 'commander';
import { applyProfile, profiles } from '../serve/profile.ts';
import type { ServeCommandOptions } from '../serve/run-coordinator.ts';

/** Adds `murmuration serve TASK…`. */
export function serveCommand(program: Command): void {
  program
    .command('serve')
    .description('run a coordinator with the tasks of the given modules')
    .argument('[task...]', 'task modules, whose default export is made by defineTask(); a front needs none')
    .option(
      '-c, --config <file>',
      'configuration file (JSON); environment variables MURMURATION_… override it',
    )
    .addOption(
      new Option(
        '--profile <name>',
        'small: a process that spares memory and threads, for a box at the edge; rounds take longer to unmask',
      )
        .choices(profiles)
        .default('standard'),
    )
    .addOption(
      new Option(
        '--role <name>',
        'front or cell: a part of a coordinator of many processes, which share a database; "all" is the whole of it',
      ).choices(processRoles),
    )
    .action(async (modules: string[], options: ServeCommandOptions) => {
      applyProfile(options.profile);
      // Loaded only here: V8 must be configured to be small before most of the code loads, and no other
      // command waits for it.
      const { runCoordinator } = await import('../serve/run-coordinator.ts');
      await runCoordinator(modules, options);
    });
}
