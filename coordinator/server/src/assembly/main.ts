import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Moments } from '@murmuration/rounds/events/moments';
import type { Task } from '@murmuration/rounds/task/task';
import { S3Objects } from '@murmuration/storage/objects/s3-objects';
import { openStorage } from '@murmuration/storage/storage';
import { Registry } from 'prom-client';
import type { Config } from './config.ts';
import { openCoordinator } from './coordinator.ts';
import { openFront } from './front.ts';
import { HealthPort } from './health-port.ts';
import { OpenResources } from './open-resources.ts';
import { openScope } from './scope.ts';
import type { CoordinatorEnvironment, Running } from './start.ts';

export type { CoordinatorEnvironment } from './start.ts';

export interface Coordinator extends Running {
  /** Events of the coordinator, for observers. */
  readonly events: CoordinatorEvents;
  /** Triggers automatic actions as if their moment had come. */
  readonly moments: Moments;
  /**
   * Ends the rounds, or leaves them to the next coordinator if the storage is durable; closes every
   * connection and frees the port.
   */
  stop(): Promise<void>;
  /** Stops the coordinator at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a coordinator that listens, and resumes the rounds that its storage has under way. Throws
 * `config.invalid` if the port is taken or two tasks have one name, `storage.*`, and whatever a task's model
 * throws.
 */
export async function createCoordinator(
  config: Config,
  tasks: readonly Task[],
  environment: CoordinatorEnvironment = {},
): Promise<Coordinator> {
  refuseEqualNames(tasks);
  const { clock = steadyClock(), random = systemRandom } = environment;
  const opened = new OpenResources(clock);
  try {
    const health = await openHealth(config, clock, opened);
    const waiting = () => {
      health?.become('standby');
      environment.waiting?.();
    };
    const storage =
      environment.storage ??
      (await openStorage(config.storage, clock, {
        waiting: config.standby ? waiting : undefined,
        objects: config.s3 && new S3Objects(config.s3, clock, random),
        role: config.role,
        connections: config.databaseConnections,
      }));
    if (!environment.storage) opened.add(() => storage.close());
    health?.become('starting');
    const scope = { ...openScope({ config, clock, random, storage, opened }), metrics: new Registry() };
    const looks = {
      waits(error: MurmurationError) {
        health?.become('waiting');
        environment.unanswered?.(error);
      },
      answered: () => health?.become('starting'),
    };
    const open = config.role === 'front' ? openFront : openCoordinator;
    const running = await open(scope, { ...environment, ...looks, tasks, health });
    const stop = () => opened.close();
    const { events, moments } = scope;
    return { ...running, events, moments, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    // A failed start must leave nothing open that would keep the process alive.
    await opened.abandon();
    throw error;
  }
}

async function openHealth(
  config: Config,
  clock: Clock,
  opened: OpenResources,
): Promise<HealthPort | undefined> {
  if (config.healthPort === undefined) return undefined;
  const health = await HealthPort.open(config, config.healthPort, clock);
  opened.add(() => health.close());
  return health;
}

function refuseEqualNames(tasks: readonly Task[]): void {
  const names = new Set<string>();
  for (const { name } of tasks) {
    if (names.has(name)) throw new MurmurationError('config.invalid', `Two tasks have the name "${name}".`);
    names.add(name);
  }
}
