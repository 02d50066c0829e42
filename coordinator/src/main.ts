import type { AddressInfo } from 'node:net';
import { startBackend } from '@murmuration/engine/backend';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { RoundId } from '@murmuration/protocol/ids';
import type { Clock, RandomBytes } from '@murmuration/protocol/ports';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import type { Config } from './config.ts';
import { CoordinatorEvents } from './events.ts';
import { type App, createApp } from './http/app.ts';
import { healthRoutes } from './http/routes/health.ts';
import { modelRoutes } from './http/routes/models.ts';
import { taskRoutes } from './http/routes/tasks.ts';
import { updateRoutes } from './http/routes/updates.ts';
import { trustProxies } from './limits/address.ts';
import { frameLengths } from './limits/frame-lengths.ts';
import { unmaskerPool } from './masking/unmasker.ts';
import { createLog, logEvents } from './monitor/log.ts';
import { Traffic } from './monitor/traffic.ts';
import { CheckInDesk } from './population/check-in.ts';
import { listedTokens } from './population/enrolment.ts';
import { Population } from './population/population.ts';
import { WaitingPool } from './population/waiting-pool.ts';
import { ensureFirstVersion } from './registry/first-version.ts';
import { Registry } from './registry/registry.ts';
import { Retention } from './registry/retention.ts';
import { abandoned } from './round/abandon.ts';
import type { RoundDriver } from './round/driver.ts';
import { versionMaker } from './round/make-version.ts';
import { TaskRounds } from './round/task-rounds.ts';
import { Gateway } from './socket/gateway.ts';
import { openStorage, type Storage } from './storage/storage.ts';
import type { Task } from './task/task.ts';

export interface Coordinator {
  /** Where it listens, such as `http://127.0.0.1:8800`. */
  readonly url: string;
  readonly events: CoordinatorEvents;
  /** Begins the rounds; until then devices can connect and wait. Throws `server.stopping` after `stop`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; models are served on. */
  endRounds(): Promise<void>;
  /**
   * Ends the rounds, or leaves them to a coordinator after this one where the storage is durable; closes every connection, and
   * frees the port.
   */
  stop(): Promise<void>;
}

/** What differs between a coordinator in production and one in a test. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Opened and closed by the caller; without it, the storage that the configuration names is opened, and closed at the end. */
  readonly storage?: Storage;
}

/**
 * Puts a coordinator together and lets it listen, going on with the rounds that its storage has under way. Throws
 * `config.invalid` where the port is taken or two tasks have one name, `storage.*`, and whatever a task's model throws.
 */
export async function createCoordinator(
  config: Config,
  tasks: readonly Task[],
  surroundings: Surroundings = { clock: systemClock, random: systemRandom },
): Promise<Coordinator> {
  refuseEqualNames(tasks);
  if (surroundings.storage) return assemble(config, tasks, surroundings, surroundings.storage);
  const storage = await openStorage(config.storage, surroundings.clock);
  try {
    return await assemble(config, tasks, surroundings, storage, () => storage.close());
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function assemble(
  config: Config,
  tasks: readonly Task[],
  { clock, random }: Surroundings,
  storage: Storage,
  closeStorage: () => Promise<void> = async () => {},
): Promise<Coordinator> {
  const events = new CoordinatorEvents();
  logEvents(events, createLog(config.log));
  const { history } = storage;
  const registry = new Registry(storage.blobs, history);
  const population = new Population(
    storage.devices,
    listedTokens(config.enrolmentTokens, native),
    native,
    clock,
  );
  await population.open();
  const traffic = new Traffic();

  await startBackend();
  for (const task of tasks) await ensureFirstVersion(task, registry, history, clock);

  const { limits } = config;
  const bounds = { events, clock, limits, trustedProxies: trustProxies(config.trustedProxies) };
  const app = await createApp({ ...bounds, cors: config.cors });
  const gateway = new Gateway(app.server, { ...bounds, random, population, frames: frameLengths(tasks) });
  const unmasker = unmaskerPool();
  const desks = new Map<string, CheckInDesk>();
  const rounds = new Map<string, TaskRounds>();
  const pools = new Map<string, WaitingPool>();
  for (const task of tasks) {
    const pool = new WaitingPool(() => taskRounds.current?.poolChanged());
    const taskRounds = new TaskRounds(task, registry, {
      clock,
      random,
      primitives: native,
      unmasker,
      pool,
      channel: gateway,
      history,
      store: storage.durable ? storage.rounds : undefined,
      makeVersion: versionMaker(task, registry, clock),
      traffic: () => traffic.of(task.name),
      comeBackAfter: () => desks.get(task.name)!.comeBackAfter(),
      events,
    });
    pools.set(task.name, pool);
    rounds.set(task.name, taskRounds);
    desks.set(task.name, new CheckInDesk(taskRounds, pool, population, random));
  }

  const retention = new Retention(config.retention, history, storage.blobs, clock);
  events.on('round-ended', ({ task }) => {
    const underWay = Array.from(rounds.values(), ({ current }) => current?.terms.plan.model);
    return retention.apply(task, new Set(underWay.filter(base => base !== undefined)));
  });

  let ready = false;
  healthRoutes(app, () => ready);
  taskRoutes(app, rounds, history);
  modelRoutes(app, registry, history, traffic);
  updateRoutes(app, round => findRound(rounds, round), traffic, limits);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  gateway.open({
    welcome: () => ({ now: clock.now(), tasks: tasks.map(({ name }) => name) }),
    checkIn({ device: { id: device }, sdk }, message) {
      const desk = desks.get(message.task);
      if (!desk) throw new MurmurationError('task.unknown', `There is no task "${message.task}".`);
      const answer = desk.answer(device, message, sdk);
      events.emit('checked-in', device, message.task, answer.decision);
      return answer;
    },
    contribute: ({ device }, phase, { round, assignment, message }) =>
      findRound(rounds, round).contribute(device, assignment, phase, message),
    leave: ({ device }, { round, assignment }) => findRound(rounds, round).leave(device.id, assignment),
    connected(device) {
      for (const each of rounds.values()) each.current?.back(device);
    },
    disconnected(device) {
      for (const pool of pools.values()) pool.remove(device);
      for (const each of rounds.values()) each.current?.away(device);
    },
  });

  if (storage.durable) await goOn(rounds, storage, { clock, events });

  const endRounds = async () => {
    await Promise.all(Array.from(rounds.values(), each => each.stop()));
  };
  const close = async () => {
    ready = false;
    if (storage.durable) await Promise.all(Array.from(rounds.values(), each => each.suspend()));
    else await endRounds();
    gateway.close();
    await app.close();
    await unmasker.close();
    await Promise.all(tasks.map(({ evaluator }) => evaluator?.close()));
    await retention.settled();
    await closeStorage();
  };
  let closed: Promise<void> | undefined;
  const url = await listen(app, config);
  ready = true;
  return {
    url,
    events,
    async start() {
      for (const each of rounds.values()) await each.start();
    },
    endRounds,
    stop() {
      closed ??= close();
      return closed;
    },
  };
}

function refuseEqualNames(tasks: readonly Task[]): void {
  const names = new Set<string>();
  for (const { name } of tasks) {
    if (names.has(name)) throw new MurmurationError('config.invalid', `Two tasks have the name "${name}".`);
    names.add(name);
  }
}

/** Goes on with the rounds that are under way, each by its task; those of tasks that are no longer there have failed. */
async function goOn(
  tasks: ReadonlyMap<string, TaskRounds>,
  { rounds, history }: Storage,
  { clock, events }: { readonly clock: Clock; readonly events: CoordinatorEvents },
): Promise<void> {
  const saved = Map.groupBy(await rounds.underWay(), ({ terms }) => terms.plan.task);
  for (const [task, ofTask] of saved) {
    const taskRounds = tasks.get(task);
    if (taskRounds) await taskRounds.resume(ofTask);
    else {
      for (const round of ofTask) {
        const reason = `The coordinator was restarted without the task "${task}".`;
        const record = abandoned(round, reason, clock.now());
        await history.commit({ round: record });
        events.emit('round-ended', record);
      }
    }
  }
}

function findRound(rounds: ReadonlyMap<string, TaskRounds>, id: RoundId): RoundDriver {
  for (const each of rounds.values()) {
    const driver = each.find(id);
    if (driver) return driver;
  }
  throw new MurmurationError('round.unknown');
}

async function listen(app: App, { host, port }: Config): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new MurmurationError('config.invalid', listenFailure(cause as NodeJS.ErrnoException, host, port), {
      cause,
    });
  }
  const address = app.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${name}:${address.port}`;
}

function listenFailure({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken by another program; choose another one, or 0 for any free one.`;
    case 'EACCES':
      return `Listening on port ${port} of ${host} is not allowed; ports from 1024 on need no privileges.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine.`;
    default:
      return `Listening on ${host}:${port} failed: ${message}`;
  }
}
