import { livePath } from '@murmuration/api/live';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { isLoopback } from '@murmuration/serving/access/loopback';
import type { PrecomputeJob } from '@murmuration/serving/precompute/job/job';
import { frameLengths } from '../devices/frame-lengths.ts';
import { CoordinatorEvents } from '../events/events.ts';
import { listen } from '../http/listen.ts';
import { OperatorAuthenticator } from '../http/operator-authenticator.ts';
import { healthRoutes } from '../http/routes/health.ts';
import type { InferenceTokens } from '../inference/inference-tokens.ts';
import { threadedCentralTrainer } from '../lifecycle/central/central-trainer.ts';
import type { RunControl } from '../lifecycle/training-runs/run-control.ts';
import { LiveFeed } from '../live/feed.ts';
import { unmaskerPool } from '../masking/unmasker.ts';
import { isReached } from '../operators/exposure.ts';
import { Sessions } from '../operators/sessions.ts';
import type { EnrolmentVerifier } from '../population/enrolment.ts';
import { lookAgain } from '../population/look-again.ts';
import type { Population } from '../population/population.ts';
import { threadedNoiseMaker } from '../privacy/noise-maker.ts';
import type { RoundControl } from '../rounds/round-control.ts';
import { diskSpace } from '../storage/files/disk-space.ts';
import { S3Objects } from '../storage/objects/s3-objects.ts';
import { placeOf } from '../storage/place.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import type { Task } from '../task/task.ts';
import { addedBefore, TaskAdder } from '../task/task-adder.ts';
import { TaskModules } from '../task/task-modules.ts';
import { createLog, logEvents, logStart } from '../telemetry/log.ts';
import { RecentLog } from '../telemetry/recent-log.ts';
import { findOpenTelemetry } from '../telemetry/tracing/open-telemetry.ts';
import { RoundTraces } from '../telemetry/tracing/round-traces.ts';
import { openCell, TicketCheck } from './cell.ts';
import type { Config } from './config.ts';
import { type Core, openCore } from './core.ts';
import { openEntrance } from './entrance.ts';
import { openExperiments } from './experiments.ts';
import { type FirstLookPorts, firstLook } from './first-look.ts';
import { openFront } from './front.ts';
import { openGates } from './gates.ts';
import { HealthPort } from './health-port.ts';
import { openInference } from './inference.ts';
import { leasesOf } from './leases.ts';
import { openLineage } from './lineage.ts';
import { openMetrics } from './metrics.ts';
import { OpenResources } from './open-resources.ts';
import { openJobs } from './precompute.ts';
import { coordinatorRoutes } from './routes.ts';
import { StorageHealth } from './storage-health.ts';
import { openTracking } from './tracking.ts';
import { version } from './version.ts';
import { openWatch } from './watch.ts';

export interface Coordinator {
  /** Where it listens, such as `http://127.0.0.1:8800`. */
  readonly url: string;
  /** Where its models are asked over gRPC, such as `127.0.0.1:8801`; undefined: nowhere. */
  readonly grpc: string | undefined;
  readonly events: CoordinatorEvents;
  /** Pauses, resumes, aborts and begins rounds, as operators do. */
  readonly control: RoundControl;
  /** Begins and ends training runs, as operators do. */
  readonly runs: RunControl;
  /** Begins the rounds; until then devices can connect and wait. Throws `server.stopping` after `stop`. */
  start(): Promise<void>;
  /** Ends the rounds under way and begins no others; what is old is deleted when it returns, and models are served on. */
  endRounds(): Promise<void>;
  /**
   * Ends the rounds, or leaves them to a coordinator after this one where the storage is durable; closes every connection, and
   * frees the port.
   */
  stop(): Promise<void>;
  /** Stops it at the end of `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

type Running = Omit<Coordinator, typeof Symbol.asyncDispose>;

const disposable = (running: Running): Coordinator =>
  Object.assign(running, { [Symbol.asyncDispose]: () => running.stop() });

/** What differs between a coordinator in production and one in a test. */
export interface CoordinatorEnvironment {
  /** The system's by default, which no setting of it moves back. */
  readonly clock?: Clock;
  /** The system's by default. */
  readonly random?: RandomBytes;
  /** Draws cohorts, and makes ids and tokens of rounds; by default `random` does. */
  readonly roundRandom?: RandomBytes;
  /** Threads that take masks off a sum, 0 for the one that answers requests; by default as many as there are processors. */
  readonly threads?: number;
  /** Called where the coordinator waits for a storage that another one has, before it listens. */
  readonly waiting?: () => void;
  /** Called where the start of a front or a cell waits for a database that does not answer in time; `error` says how. */
  readonly unanswered?: (error: MurmurationError) => void;
  /** Opened and closed by the caller; without it, the storage that the configuration names is opened, and closed at the end. */
  readonly storage?: Storage;
  /** An app's own check of devices that enrol without a right token, such as an attestation. */
  readonly verifyEnrolment?: EnrolmentVerifier;
  /** Jobs that compute what models answer ahead of time. */
  readonly precompute?: readonly PrecomputeJob[];
}

/**
 * Puts a coordinator together and lets it listen, going on with the rounds that its storage has under way. Throws
 * `config.invalid` where the port is taken or two tasks have one name, `storage.*`, and whatever a task's model throws.
 */
export async function createCoordinator(
  config: Config,
  tasks: readonly Task[],
  environment: CoordinatorEnvironment = {},
): Promise<Coordinator> {
  refuseEqualNames(tasks);
  const surroundings = { clock: steadyClock(), random: systemRandom, ...environment };
  const { clock } = surroundings;
  const opened = new OpenResources(clock);
  try {
    const health =
      config.healthPort === undefined ? undefined : await HealthPort.open(config, config.healthPort, clock);
    opened.add(async () => health?.close());
    const waiting = () => {
      health?.become('standby');
      surroundings.waiting?.();
    };
    const storage =
      surroundings.storage ??
      (await openStorage(config.storage, clock, {
        waiting: config.standby ? waiting : undefined,
        objects: config.s3 && new S3Objects(config.s3, clock, surroundings.random),
        role: config.role,
        connections: config.databaseConnections,
      }));
    health?.become('starting');
    const closeStorage = async () => {
      if (!surroundings.storage) await storage.close();
    };
    opened.add(closeStorage);
    const parts = [config, surroundings, storage, opened, closeStorage, health] as const;
    if (config.role !== 'front') return disposable(await open(tasks, ...parts));
    return disposable(await openFront(...parts, waitsFor(surroundings, health)));
  } catch (error) {
    // A start that fails, however late, leaves nothing behind that would keep the process alive.
    await opened.close();
    throw error;
  }
}

async function open(
  given: readonly Task[],
  config: Config,
  surroundings: CoordinatorEnvironment & { readonly clock: Clock; readonly random: RandomBytes },
  storage: Storage,
  opened: OpenResources,
  closeStorage: () => Promise<void>,
  health: HealthPort | undefined,
): Promise<Running> {
  const { clock, random, roundRandom = random, verifyEnrolment, precompute = [], threads } = surroundings;
  const events = new CoordinatorEvents();
  const recentLog = new RecentLog(clock);
  const log = createLog(config.log, undefined, recentLog);
  logEvents(events, log);
  const storageHealth = new StorageHealth(storage, clock, events);
  const silentSince = () => storageHealth.silentSince;
  opened.add(() => storageHealth.close());
  const modules = config.tasksFolder === undefined ? undefined : new TaskModules(config.tasksFolder);
  const leases = config.role === 'cell' ? leasesOf(storage) : undefined;
  // A cell has no task before it has taken its lease.
  const tasks = leases
    ? []
    : [...given, ...(await addedBefore(given, { modules, store: storage.addedTasks, events }))];
  const looks = { clock, events, ...waitsFor(surroundings, health) };
  const ticketCheck = leases && (await firstLook(() => TicketCheck.open(leases, clock), looks));
  const entrance = await openEntrance(
    config,
    { clock, random, verifyEnrolment },
    // Devices may be here before a task that they have a part in.
    { storage, events, tasks: leases ? given : tasks, opened },
  );
  const { secrets, operators, hasOperators, population, bounds, limits, tls } = entrance;
  const { app, connections, gateway, polled } = entrance;
  const unmasker = unmaskerPool(threads);
  opened.add(() => unmasker.close());
  const noise = threadedNoiseMaker();
  opened.add(() => noise.close());
  const trainer = threadedCentralTrainer();
  opened.add(() => trainer.close());
  opened.add(() => Promise.all(tasks.map(({ evaluator }) => evaluator?.close())));
  const { retention } = config;
  const core = await openCore(tasks, {
    clock,
    random: roundRandom,
    jitter: random,
    secrets: random,
    storage,
    population,
    channel: connections,
    unmasker,
    noise,
    trainer,
    events,
    limits,
    retention,
    deal: ticketCheck?.deal,
    requireLeading: () => connections.requireOpen(),
    requireSent: ticketCheck && ((device, message) => ticketCheck.require(device, message)),
  });
  opened.add(() => core.close());
  const { rounds, control } = core;
  const place = config.storage === undefined ? undefined : placeOf(config.storage);
  const watch = await openWatch(core, {
    clock,
    random,
    events,
    storage,
    population,
    isDevelopment: config.development,
    isEnrolmentOpen: config.openEnrolment,
    alerts: config.alerts,
    disk: place?.kind === 'folder' ? () => diskSpace(place.name) : null,
    silentSince,
  });
  opened.add(() => watch.close());
  const sessions = new Sessions(operators, storage.sessions, secrets, () => events.emit('signed-out'));
  const authenticator = new OperatorAuthenticator(operators, sessions, bounds.trustedProxies);
  const feed = new LiveFeed({ ...bounds, authenticator, overviews: watch.overviews, recentLog });
  opened.add(() => feed.close());
  opened.add(() => core.suspend());
  const boundFrames = () =>
    gateway.bound(
      frameLengths([
        ...(leases ? given : []),
        ...Array.from(rounds.values(), ({ task }) => task),
        ...(core.parts?.tasks ?? []),
      ]),
    );
  for (const event of ['settings', 'task-added'] as const) events.on(event, boundFrames);
  // Vocabularies have words besides those of their definitions.
  boundFrames();
  const experiments = await openExperiments(core, {
    clock,
    random,
    events,
    storage,
    isMeasured: config.inference.feedback !== null,
    takesOver: leases !== undefined,
  });
  opened.add(() => experiments.close());
  const announce = (task: TaskName) => {
    const { champion } = core.versionAliases.of(task);
    const standard = champion.pinned && champion.model;
    connections.announce(task, device => experiments.ofDevice(task, device) ?? standard);
  };
  events.on('aliases', announce);
  events.on('experiment', ({ task }) => {
    announce(task);
    rounds.get(task)?.armsChanged();
  });
  const { gates, watcher } = await openGates(core, {
    clock,
    events,
    storage,
    experiments,
    takesOver: leases !== undefined,
  });
  opened.add(() => gates.close());
  opened.add(() => watcher.close());
  const taskAdder = new TaskAdder({
    modules,
    store: storage.addedTasks,
    clock,
    events,
    has: task => rounds.has(task),
    async prepare(task) {
      const admit = await core.add(task);
      return async () => watch.follow(await admit(added => gates.open(added.task.name)));
    },
  });
  gateway.leave(livePath, (...upgrade) => feed.upgrade(...upgrade));

  const openTelemetry = await findOpenTelemetry();

  const taskNames = () => Array.from(rounds.values(), ({ task: { name } }) => name);
  let ready = false;
  const readiness = {
    isOpen: () => ready,
    tasks: taskNames,
    unreadable: () => core.readability.all,
    silentSince,
  };
  healthRoutes(app, readiness);
  const metrics = openMetrics({ core, entrance, watch, tasks: taskNames }, events, clock);
  const inference = await openInference(app, {
    settings: config.inference,
    pace: config.limits,
    host: config.host,
    isReached: isReached(config, hasOperators || config.operatorTokens.length > 0),
    tls: config.tls,
    core,
    history: storage.history,
    queryResults: storage.queryResults,
    tokenStore: storage.inferenceTokens,
    driftStore: storage.drift,
    accuracyStore: storage.accuracy,
    watcher,
    experiments,
    events,
    metrics,
    clock,
    random,
  });
  opened.add(() => inference.close());
  const jobs = openJobs(app, {
    jobs: precompute,
    inference,
    storage: config.storage,
    events,
    metrics,
    clock,
  });
  opened.add(() => jobs.close());
  const tracking =
    config.tracking.mlflow &&
    openTracking(config.tracking.mlflow, { core, storage, events, metrics, clock, random });
  opened.add(async () => tracking?.close());
  const lineage =
    config.tracking.openLineage &&
    openLineage(config.tracking.openLineage, { core, storage, events, metrics, clock, random });
  opened.add(async () => lineage?.close());
  await coordinatorRoutes({
    config,
    entrance,
    storage,
    core,
    watch,
    experiments,
    inference,
    taskAdder,
    authenticator,
    recentLog,
    metrics,
    traces: openTelemetry && new RoundTraces(openTelemetry, events, clock),
    events,
    clock,
  });
  gateway.open(core.requests);
  // What other cells have under way is theirs.
  if (!leases) await core.resume();

  const release = async () => {
    ready = false;
    unfollow();
    await cell?.stop();
    await core.suspend();
    await gates.close();
    await watcher.close();
    await experiments.close();
    polled.close();
    await Promise.all([feed.close(), gateway.close()]);
    cell?.close();
    await tracking?.close();
    await jobs.close();
    // Jobs that stop are told of.
    await lineage?.close();
    await app.close();
    await inference.close();
    await unmasker.close();
    await noise.close();
    await trainer.close();
    await core.close();
    await watch.close();
    storageHealth.close();
  };
  let closed: Promise<void> | undefined;
  const url = await listen(app, config, tls ? 'https' : 'http');
  const cellUrl = config.cellUrl ?? url;
  ticketCheck?.listensAt(cellUrl);
  const cell =
    leases &&
    openCell(given, leases, cellUrl, {
      core,
      watch,
      gates,
      watcher,
      experiments,
      storage,
      events,
      clock,
      leads: leads => connections.turnAway(leads ? undefined : 'server.unreachable'),
      came: boundFrames,
    });
  opened.add(async () => {
    await cell?.stop();
    cell?.close();
  });
  const unfollow = leases
    ? followOthers(core, { population, tokens: inference.tokens, events, clock })
    : () => {};
  opened.add(unfollow);
  ready = true;
  health?.become(readiness);
  jobs.schedule();
  logStart(log, {
    version,
    url,
    grpc: inference.grpc,
    tasks: taskNames(),
    storage: place?.name,
    hasOperators,
    openHere: isLoopback(config.host) ? inference.access.open : [],
    isDevelopment: config.development,
  });
  watch.webhooks.open(
    watch.alerts.firing,
    config.publicUrl ?? url,
    alert => watch.alerts.attention.silencedUntil(alert, clock.now()) !== null,
  );
  return {
    url,
    grpc: inference.grpc,
    events,
    control,
    runs: core.runs,
    async start() {
      await core.start();
      await cell?.start();
    },
    endRounds: core.endRounds,
    stop() {
      closed ??= release()
        .then(closeStorage)
        .then(() => health?.close());
      return closed;
    },
  };
}

/** Who hears that a start waits for the database, and that it goes on. */
function waitsFor(
  { unanswered }: CoordinatorEnvironment,
  health: HealthPort | undefined,
): Pick<FirstLookPorts, 'waits' | 'answered'> {
  return {
    waits(error) {
      health?.become('waiting');
      unanswered?.(error);
    },
    answered: () => health?.become('starting'),
  };
}

/** Has what other cells decide about devices and tokens hold here as well, until the function that is returned is called. */
function followOthers(
  { deviceRegistry, convictions }: Pick<Core, 'deviceRegistry' | 'convictions'>,
  {
    population,
    tokens,
    events,
    clock,
  }: {
    readonly population: Population;
    readonly tokens: Pick<InferenceTokens, 'open'>;
    readonly events: CoordinatorEvents;
    readonly clock: Clock;
  },
): Cancel {
  const failed = (where: string) => (error: unknown) => void events.emit('fault', where, error);
  const cancels = [
    population.follow(
      device =>
        deviceRegistry.revokedElsewhere(device).catch(failed('ending what a revoked device has here')),
      failed('looking for devices that others have revoked'),
    ),
    convictions.follow(failed('looking for devices that others have convicted')),
    lookAgain(clock, () => tokens.open(), failed('looking for inference tokens that others have made')),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function refuseEqualNames(tasks: readonly Task[]): void {
  const names = new Set<string>();
  for (const { name } of tasks) {
    if (names.has(name)) throw new MurmurationError('config.invalid', `Two tasks have the name "${name}".`);
    names.add(name);
  }
}
