import { setTimeout as pause } from 'node:timers/promises';
import { type Config, loadConfig, processRoles } from '@murmuration/coordinator/assembly/config';
import type { Coordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { type Command, Option } from 'commander';
import { loadTask, loadVerifier } from '../arguments/load-module.ts';
import { loadTaskJobs } from '../arguments/precompute-jobs.ts';
import { say } from '../output/output.ts';
import { collectBuffers } from '../serve/collect-buffers.ts';
import { applyProfile, type Profile, profiled, profiles } from '../serve/profile.ts';

interface ServeOptions {
  readonly config?: string;
  readonly profile: Profile;
  readonly role?: Config['role'];
}

/** `murmuration serve TASK…` */
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
    .action(async (modules: string[], { config: file, profile, role }: ServeOptions) => {
      const given = applyProfile(profile);
      const env = role ? { ...process.env, MURMURATION_ROLE: role } : process.env;
      const config = profiled(await loadConfig(file, env), profile);
      if (modules.length === 0 && config.role !== 'front')
        throw new MurmurationError(
          'config.invalid',
          'Name the module of a task at least: murmuration serve TASK.',
        );
      const { enrolmentVerifier: verifier } = config;
      // Only here: no other command waits for the engine to load.
      const { createCoordinator } = await import('@murmuration/coordinator/assembly/main');
      let coordinator: Coordinator | undefined;
      // From the start on: as the first process of a container, one that waits for its storage would hear no signal otherwise.
      for (const signal of ['SIGINT', 'SIGTERM'] as const)
        process.once(signal, () => void Promise.resolve(coordinator?.stop()).then(() => process.exit(0)));
      const running = await createCoordinator(config, await Promise.all(modules.map(loadTask)), {
        clock: steadyClock(),
        random: systemRandom,
        ...given,
        unanswered: ({ detail }) =>
          say(`The start waits for the database, which does not answer in time. ${detail}`),
        waiting: () => say('Another coordinator has the database; this one takes over when that one ends.'),
        precompute: (await Promise.all(modules.map(loadTaskJobs))).flat(),
        ...(verifier && { verifyEnrolment: await loadVerifier(verifier) }),
      });
      coordinator = running;
      if (profile === 'small') collectBuffers(running.events);
      const end = async (error: unknown): Promise<never> => {
        await Promise.race([running.stop().catch(() => {}), pause(5_000)]);
        throw error;
      };
      // Whoever has lost the storage to another process has nothing more to say.
      const lost = new Promise<never>((_, reject) => {
        running.events.on('fault', (_where, error) => {
          if (error instanceof MurmurationError && error.code === 'storage.in-use') end(error).catch(reject);
        });
      });
      lost.catch(() => {});
      say(`The coordinator listens on ${running.url}`);
      // Whoever can't begin rounds doesn't go on listening as if it could.
      await running.start().catch(end);
      await lost;
    });
}
