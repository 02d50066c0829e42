import { setTimeout as pause } from 'node:timers/promises';
import { type Config, loadConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { loadTask, loadVerifier } from '../arguments/load-module.ts';
import { loadTaskJobs } from '../arguments/precompute-jobs.ts';
import { say } from '../output/output.ts';
import { collectBuffers } from './collect-buffers.ts';
import { endLoading, environmentOf, type Profile, profiled } from './profile.ts';
import { keepWatchdog } from './watchdog.ts';

export interface ServeCommandOptions {
  readonly config?: string;
  readonly profile: Profile;
  readonly role?: Config['role'];
}

/**
 * Runs a coordinator with the tasks of `modules`, in a process to which its profile has been applied, until a
 * signal ends it. Throws `config.invalid`, errors that prevent its first round, and `storage.in-use` once
 * another process has its storage.
 */
export async function runCoordinator(
  modules: readonly string[],
  { config: file, profile, role }: ServeCommandOptions,
): Promise<never> {
  const env = role ? { ...process.env, MURMURATION_ROLE: role } : process.env;
  const config = profiled(await loadConfig(file, env), profile);
  if (modules.length === 0 && config.role !== 'front')
    throw new MurmurationError(
      'config.invalid',
      'Name the module of a task at least: murmuration serve TASK.',
    );
  const { enrolmentVerifier: verifier } = config;
  let coordinator: Coordinator | undefined;
  // Listens from the start: as the first process of a container, it would get no signal while it waits for
  // its storage.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void Promise.resolve(coordinator?.stop()).then(() => process.exit(0)));
  const clock = steadyClock();
  keepWatchdog({
    env: process.env,
    clock,
    failed: ({ message }) => say(`systemd can't be told that this process goes on: ${message}`),
  });
  const tasks = await Promise.all(modules.map(loadTask));
  endLoading(profile);
  const running = await createCoordinator(config, tasks, {
    clock,
    random: systemRandom,
    ...environmentOf(profile),
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
  // A process that has lost the storage to another one must not report anything more.
  const lost = new Promise<never>((_, reject) => {
    running.events.on('fault', (_where, error) => {
      if (error instanceof MurmurationError && error.code === 'storage.in-use') end(error).catch(reject);
    });
  });
  lost.catch(() => {});
  say(`The coordinator listens on ${running.url}`);
  // A coordinator that can't begin rounds must not keep listening as if it could.
  await running.start().catch(end);
  return lost;
}
