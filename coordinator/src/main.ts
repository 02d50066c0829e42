import { startBackend } from '@murmuration/engine/backend';
import { MurmurationError } from '@murmuration/protocol/errors';
import type { Clock, RandomBytes } from '@murmuration/protocol/ports';
import { native } from '@murmuration/protocol/primitives/node';
import { systemClock, systemRandom } from '@murmuration/protocol/system';
import type { Config } from './config.ts';
import { deviceRequests } from './device-requests.ts';
import { CoordinatorEvents } from './events.ts';
import { createApp } from './http/app.ts';
import { readCertificate } from './http/certificate.ts';
import { listen } from './http/listen.ts';
import { adminRoutes } from './http/routes/admin/admin.ts';
import { healthRoutes } from './http/routes/health.ts';
import { metricRoutes } from './http/routes/metrics.ts';
import { modelRoutes } from './http/routes/models.ts';
import { taskRoutes } from './http/routes/tasks.ts';
import { updateRoutes } from './http/routes/updates.ts';
import { wasmRoutes } from './http/routes/wasm.ts';
import { serveApps } from './http/static-apps.ts';
import { trustProxies } from './limits/address.ts';
import { frameLengths } from './limits/frame-lengths.ts';
import { unmaskerPool } from './masking/unmasker.ts';
import { createLog, logEvents } from './monitor/log.ts';
import { watchMetrics } from './monitor/metrics.ts';
import { Traffic } from './monitor/traffic.ts';
import { configured } from './operators/configured.ts';
import { requireProtection } from './operators/exposure.ts';
import { Operators } from './operators/operators.ts';
import { ActivityRecorder } from './population/activity-recorder.ts';
import { CheckInDesk } from './population/check-in.ts';
import { type EnrolmentVerifier, enrolmentBy } from './population/enrolment.ts';
import { EnrolmentDesk } from './population/enrolment-desk.ts';
import { Population } from './population/population.ts';
import { Registrar } from './population/registrar.ts';
import { WaitingPool } from './population/waiting-pool.ts';
import { ensureFirstVersion } from './registry/first-version.ts';
import { Registry } from './registry/registry.ts';
import { Retention } from './registry/retention.ts';
import { VerdictRecorder } from './registry/verdict-recorder.ts';
import { findRound, resumeAll } from './round/all-tasks.ts';
import { versionMaker } from './round/make-version.ts';
import { Steering } from './round/steering.ts';
import { TaskRounds } from './round/task-rounds.ts';
import { PredictionDesk } from './serving/prediction-desk.ts';
import { workerServing } from './serving/worker-serving.ts';
import { Gateway } from './socket/gateway.ts';
import { openStorage, type Storage } from './storage/storage.ts';
import type { Task } from './task/task.ts';

export interface Coordinator {
  /** Where it listens, such as `http://127.0.0.1:8800`. */
  readonly url: string;
  readonly events: CoordinatorEvents;
  /** Pauses, resumes, aborts and begins rounds, as operators do. */
  readonly steering: Steering;
  /** Begins the rounds; until then devices can connect and wait. Throws `server.stopping` after `stop`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; what is old is deleted when it returns, and models are served on. */
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
  /** An app's own check of devices that enrol without a right token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
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
  { clock, random, verifyEnrolment }: Surroundings,
  storage: Storage,
  closeStorage: () => Promise<void> = async () => {},
): Promise<Coordinator> {
  const events = new CoordinatorEvents();
  logEvents(events, createLog(config.log));
  const { history } = storage;
  const registry = new Registry(storage.blobs, history);
  const secrets = { primitives: native, clock, random };
  const operators = new Operators(
    configured(config.operatorTokens, storage.operatorTokens),
    storage.audit,
    secrets,
  );
  requireProtection(config, await operators.anyValid());
  const ways = {
    listed: config.enrolmentTokens,
    stored: storage.enrolmentTokens,
    verifier: verifyEnrolment,
    isOpen: config.openEnrolment,
  };
  const mayEnrol = enrolmentBy(ways, secrets, error => events.emit('fault', 'the enrolment verifier', error));
  const population = new Population(storage.devices, mayEnrol, native, clock);
  await population.open();
  const activity = new ActivityRecorder(storage.activity, events, clock);
  const verdicts = new VerdictRecorder(storage.verdicts, history, events, clock);
  const traffic = new Traffic();

  await startBackend();
  for (const task of tasks) await ensureFirstVersion(task, registry, history, clock);

  const { limits } = config;
  const bounds = { events, clock, limits, trustedProxies: trustProxies(config.trustedProxies) };
  const tls = config.tls && (await readCertificate(config.tls));
  const app = await createApp({ ...bounds, tls, cors: config.cors });
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
      makeVersion: versionMaker(task, registry, clock, (...step) => events.emit('closing-step', ...step)),
      traffic: () => traffic.of(task.name),
      comeBackAfter: () => desks.get(task.name)!.comeBackAfter(),
      events,
    });
    pools.set(task.name, pool);
    rounds.set(task.name, taskRounds);
    desks.set(task.name, new CheckInDesk(taskRounds, pool, population, random));
  }

  const retention = new Retention(config.retention, history, storage.blobs, clock, storage.verdicts);
  events.on('round-ended', ({ task }) => {
    const underWay = Array.from(rounds.values(), ({ current }) => current?.terms.plan.model);
    return retention.apply(task, new Set(underWay.filter(base => base !== undefined)));
  });

  const steering = new Steering(rounds, storage.pausedTasks);
  await steering.open();

  let ready = false;
  healthRoutes(app, () => ready);
  metricRoutes(
    app,
    watchMetrics(
      events,
      {
        tasks: tasks.map(({ name }) => name),
        waiting: task => pools.get(task)!.size,
        connected: () => gateway.size,
        enrolled: () => population.size,
        traffic: task => traffic.of(task),
      },
      clock,
    ),
  );
  taskRoutes(app, rounds, history, storage.verdicts);
  modelRoutes(app, registry, history, traffic);
  wasmRoutes(app);
  updateRoutes(
    app,
    round => findRound(rounds, round),
    traffic,
    limits,
    device => population.isRevoked(device),
  );
  const registrar = new Registrar(storage.devices, storage.activity, population, {
    isConnected: device => gateway.isConnected(device),
    async drop(device) {
      await Promise.all(Array.from(rounds.values(), ({ current }) => current?.drop(device)));
    },
    disconnect: device => gateway.disconnect(device, 'device.revoked'),
  });
  await adminRoutes(app, {
    operators,
    steering,
    audit: storage.audit,
    desk: new EnrolmentDesk(storage.enrolmentTokens, secrets),
    registrar,
  });
  await serveApps(app, config.apps);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  const servings = new Map(tasks.map(({ name, serving }) => [name, serving.remote ? workerServing() : null]));
  const predictions = new PredictionDesk(servings, { registry, history, clock, limits });
  gateway.open(deviceRequests({ clock, events, rounds, pools, desks, verdicts, predictions, registrar }));

  if (storage.durable) await resumeAll(rounds, storage.rounds, { history, clock, events });

  const endRounds = async () => {
    await Promise.all(Array.from(rounds.values(), each => each.stop()));
    await retention.settled();
  };
  const close = async () => {
    ready = false;
    if (storage.durable) await Promise.all(Array.from(rounds.values(), each => each.suspend()));
    else await endRounds();
    await gateway.close();
    await app.close();
    await unmasker.close();
    await predictions.close();
    await Promise.all(tasks.map(({ evaluator }) => evaluator?.close()));
    await retention.settled();
    await activity.close();
    await verdicts.close();
    await closeStorage();
  };
  let closed: Promise<void> | undefined;
  const url = await listen(app, config, tls ? 'https' : 'http');
  ready = true;
  return {
    url,
    events,
    steering,
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
