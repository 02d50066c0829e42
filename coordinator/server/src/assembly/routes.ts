import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { parseTaskName } from '@murmuration/protocol/ids/ids';
import { UploadPlaces } from '@murmuration/rounds/limits/upload-places';
import { EnrolmentTokens } from '@murmuration/rounds/population/enrolment-tokens';
import { PopulationStatistics } from '@murmuration/rounds/population/statistics';
import { guardBy, inTurn } from '../http/authentication.ts';
import { serveDashboard } from '../http/dashboard.ts';
import { readingBy } from '../http/reading.ts';
import { auditRoutes } from '../http/routes/admin/audit.ts';
import { deviceRoutes } from '../http/routes/admin/devices.ts';
import { enrolmentTokenRoutes } from '../http/routes/admin/enrolment-tokens.ts';
import { logRoutes } from '../http/routes/admin/log.ts';
import { operatorTokenRoutes } from '../http/routes/admin/operator-tokens.ts';
import { overviewRoutes } from '../http/routes/admin/overview.ts';
import { paceRoutes } from '../http/routes/admin/pace.ts';
import { privacyRoutes } from '../http/routes/admin/privacy.ts';
import { queryRoutes } from '../http/routes/admin/queries.ts';
import { roundRoutes } from '../http/routes/admin/rounds.ts';
import { runRoutes } from '../http/routes/admin/runs.ts';
import { settingsRoutes } from '../http/routes/admin/settings.ts';
import { roundControlRoutes } from '../http/routes/admin/tasks.ts';
import { versionRoutes } from '../http/routes/admin/versions.ts';
import { vocabularyRoutes } from '../http/routes/admin/vocabulary.ts';
import { healthRoutes, type Readiness } from '../http/routes/health.ts';
import { metricRoutes } from '../http/routes/metrics.ts';
import { modelRoutes } from '../http/routes/models.ts';
import { openApiRoute } from '../http/routes/openapi.ts';
import { taskRoutes } from '../http/routes/tasks.ts';
import { triggerRoutes } from '../http/routes/triggers.ts';
import { updateRoutes } from '../http/routes/updates.ts';
import { wasmRoutes } from '../http/routes/wasm.ts';
import { serveApps } from '../http/static-apps.ts';
import { connectionRoutes } from '../polling/routes.ts';
import { findOpenTelemetry } from '../telemetry/tracing/open-telemetry.ts';
import { RoundTraces } from '../telemetry/tracing/round-traces.ts';
import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { OpenInference } from './inference.ts';
import type { ServedScope } from './scope.ts';
import type { Watch } from './watch.ts';

/** Parts that the routes of a coordinator call. */
interface Parts {
  readonly core: Core;
  readonly entrance: Entrance;
  readonly watch: Watch;
  readonly experiments: Experiments;
  readonly inference: Pick<OpenInference, 'access' | 'tokens'>;
}

/**
 * Opens all routes of a coordinator, or of a cell, except those that parts have added. Throws
 * `config.invalid` if an app can't be served.
 */
export async function openRoutes(scope: ServedScope, parts: Parts): Promise<void> {
  const { app, config, clock } = scope;
  const { core, entrance, watch } = parts;
  const { operators, authenticator, trustedProxies } = entrance;
  await publicRoutes(scope, parts);
  taskAdminRoutes(scope, core);
  peopleAdminRoutes(scope, core, entrance, watch);
  await entrance.admin.open(app, operators, authenticator, { clock, trustedProxies });
  await serveApps(app, config.apps);
  await serveDashboard(app);
  openApiRoute(app, guardBy(authenticator, operators));
}

/** Adds the readiness of a coordinator: ready from `open` until it closes. */
export function openReadiness(
  { app, opened }: Pick<ServedScope, 'app' | 'opened'>,
  { rounds, readability }: Pick<Core, 'rounds' | 'readability'>,
  silentSince: () => number | null,
): Readiness & { open(): void } {
  let isOpen = false;
  const readiness: Readiness = {
    isOpen: () => isOpen,
    tasks: () => Array.from(rounds.values(), ({ task: { name } }) => name),
    unreadable: () => readability.all,
    silentSince,
  };
  healthRoutes(app, readiness);
  const open = () => {
    isOpen = true;
    opened.add(() => {
      isOpen = false;
    });
  };
  return { ...readiness, open };
}

/** Adds the routes for devices and programs. */
async function publicRoutes(
  { app, config, storage, events, clock, metrics }: ServedScope,
  { core, entrance, experiments, inference: { access, tokens } }: Parts,
): Promise<void> {
  const { operators, authenticator, trustedProxies, polled } = entrance;
  const { limits } = config;
  const { rounds, registry, traffic, versionAliases } = core;
  const guard = guardBy(authenticator, operators);
  // In a cell, another process may create and revoke tokens.
  const refresh = config.role === 'cell' ? () => tokens.open() : undefined;
  const reading = readingBy(config.reading, { access, authenticator, refresh });
  // Metrics name tasks, so reading them needs the guard of all tasks.
  metricRoutes(app, metrics, inTurn(guard, reading.guardOfAll));
  taskRoutes(app, rounds, storage.history, storage.verdicts, {
    clock,
    events,
    guard,
    reading,
    versionAliases,
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
    rounds.has(task) ? versionAliases.of(parseTaskName(task)).champion.model : undefined;
  modelRoutes(app, registry, storage.history, traffic, events, served, reading);
  wasmRoutes(app);
  const openTelemetry = await findOpenTelemetry();
  const traces = openTelemetry && new RoundTraces(openTelemetry, events, clock);
  updateRoutes(app, core.uploads, new UploadPlaces(limits, clock), traces);
  connectionRoutes(app, polled, { trustedProxies });
  await triggerRoutes(app, core.runs);
}

/** Adds the operators' routes about tasks: their rounds, versions, queries and settings. */
export function taskAdminRoutes(
  { admin, storage }: Pick<ServedScope, 'admin' | 'storage'>,
  core: Pick<
    Core,
    | 'rounds'
    | 'control'
    | 'runs'
    | 'versionAliases'
    | 'settings'
    | 'newWords'
    | 'privacy'
    | 'activePopulation'
  >,
): void {
  const { rounds: tasks, control, privacy, versionAliases } = core;
  const { history, queryResults, gateDecisions, verdicts } = storage;
  const shared = { history, gateDecisions, verdicts };
  admin((scope, operators) => {
    roundControlRoutes(scope, operators, control);
    queryRoutes(scope, operators, { tasks, control, privacy, history, queryResults });
    vocabularyRoutes(scope, operators, core.newWords);
    runRoutes(scope, operators, { runs: core.runs, versionAliases, history, gateDecisions });
    roundRoutes(scope, tasks, history);
    versionRoutes(scope, operators, { ...shared, versionAliases, control, tasks, queryResults });
    settingsRoutes(scope, operators, core.settings);
    privacyRoutes(scope, tasks, { privacy, history });
    paceRoutes(scope, tasks, core.activePopulation);
  });
}

/** Adds the operators' routes about devices and operators. */
export function peopleAdminRoutes(
  { admin, storage, clock, recentLog }: Pick<ServedScope, 'admin' | 'storage' | 'clock' | 'recentLog'>,
  { deviceRegistry, convictions }: Pick<Core, 'deviceRegistry' | 'convictions'>,
  { secrets, population }: Pick<Entrance, 'secrets' | 'population'>,
  { overviews, hourly }: Pick<Watch, 'overviews' | 'hourly'>,
): void {
  const enrolmentTokens = new EnrolmentTokens(storage.enrolmentTokens, secrets);
  const populationStatistics = new PopulationStatistics(population, storage.activity, convictions, clock);
  admin((scope, operators) => {
    operatorTokenRoutes(scope, operators);
    enrolmentTokenRoutes(scope, operators, enrolmentTokens, deviceRegistry);
    deviceRoutes(scope, operators, deviceRegistry, convictions, storage.marks, clock);
    auditRoutes(scope, storage.audit);
    logRoutes(scope, recentLog);
    overviewRoutes(scope, { overviews, hourly, populationStatistics });
  });
}
