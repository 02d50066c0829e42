import { parseTaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Registry as Metrics } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import { guardBy, inTurn } from '../http/authentication.ts';
import { serveDashboard } from '../http/dashboard.ts';
import type { OperatorAuthenticator } from '../http/operator-authenticator.ts';
import { openReading, tokenReading } from '../http/reading.ts';
import { adminRoutes } from '../http/routes/admin/admin.ts';
import { metricRoutes } from '../http/routes/metrics.ts';
import { modelRoutes } from '../http/routes/models.ts';
import { openApiRoute } from '../http/routes/openapi.ts';
import { taskRoutes } from '../http/routes/tasks.ts';
import { triggerRoutes } from '../http/routes/triggers.ts';
import { updateRoutes } from '../http/routes/updates.ts';
import { wasmRoutes } from '../http/routes/wasm.ts';
import { serveApps } from '../http/static-apps.ts';
import type { Experiments } from '../lifecycle/experiments/experiments.ts';
import { UploadPlaces } from '../limits/upload-places.ts';
import { connectionRoutes } from '../polling/routes.ts';
import { EnrolmentTokens } from '../population/enrolment-tokens.ts';
import { PopulationStatistics } from '../population/statistics.ts';
import type { Storage } from '../storage/storage.ts';
import type { TaskAdder } from '../task/task-adder.ts';
import type { RecentLog } from '../telemetry/recent-log.ts';
import type { RoundTraces } from '../telemetry/tracing/round-traces.ts';
import type { Config } from './config.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { OpenInference } from './inference.ts';
import type { Watch } from './watch.ts';

interface RouteParts {
  readonly config: Config;
  readonly entrance: Entrance;
  readonly storage: Storage;
  readonly core: Core;
  readonly watch: Watch;
  readonly experiments: Experiments;
  readonly inference: OpenInference;
  readonly taskAdder: TaskAdder;
  readonly authenticator: OperatorAuthenticator;
  readonly recentLog: RecentLog;
  readonly metrics: Metrics;
  readonly traces: RoundTraces | undefined;
  readonly events: CoordinatorEvents;
  readonly clock: Clock;
}

/** The routes of a coordinator, or of a cell, beside those of inference and health. Throws `config.invalid` where an app can't be served. */
export async function coordinatorRoutes(parts: RouteParts): Promise<void> {
  const { config, entrance, storage, core, watch, experiments, inference, authenticator, events, clock } =
    parts;
  const { app, operators, secrets, population, bounds, limits, polled } = entrance;
  const { rounds, registry, traffic } = core;
  const guard = guardBy(authenticator, operators);
  const { access, tokens } = inference;
  // Another process may make and revoke tokens.
  const refresh = config.role === 'cell' ? () => tokens.open() : undefined;
  const reading =
    config.reading === 'tokens' ? tokenReading({ access, authenticator, refresh }) : openReading;
  // They name tasks.
  metricRoutes(app, parts.metrics, inTurn(guard, reading.guardOfAll));
  taskRoutes(app, rounds, storage.history, storage.verdicts, {
    clock,
    events,
    guard,
    reading,
    versionAliases: core.versionAliases,
    gateDecisions: storage.gateDecisions,
    experiments,
    replicaOf: async authorization => {
      if (authorization === undefined) return undefined;
      await refresh?.();
      return access.shown(authorization, 'monitor');
    },
    queryResults: storage.queryResults,
    isDevelopment: config.development,
  });
  const served = (task: string) =>
    rounds.has(task) ? core.versionAliases.of(parseTaskName(task)).champion.model : undefined;
  modelRoutes(app, registry, storage.history, traffic, events, served, reading);
  wasmRoutes(app);
  updateRoutes(app, core.uploads, new UploadPlaces(limits, clock), parts.traces);
  connectionRoutes(app, polled, bounds);
  await triggerRoutes(app, core.runs);
  await adminRoutes(app, {
    operators,
    authenticator,
    bounds,
    control: core.control,
    runs: core.runs,
    taskAdder: parts.taskAdder,
    recentLog: parts.recentLog,
    audit: storage.audit,
    enrolmentTokens: new EnrolmentTokens(storage.enrolmentTokens, secrets),
    deviceRegistry: core.deviceRegistry,
    ...watch,
    tasks: rounds,
    history: storage.history,
    queryResults: storage.queryResults,
    newWords: core.newWords,
    verdicts: storage.verdicts,
    gateDecisions: storage.gateDecisions,
    experiments,
    versionAliases: core.versionAliases,
    settings: core.settings,
    populationStatistics: new PopulationStatistics(population, storage.activity, core.convictions, clock),
    activePopulation: core.activePopulation,
    convictions: core.convictions,
    marks: storage.marks,
    privacy: core.privacy,
    inference: inference.watch,
    monitor: inference.monitor,
    inferenceTokens: inference.tokens,
  });
  await serveApps(app, config.apps);
  await serveDashboard(app);
  openApiRoute(app, guard);
}
