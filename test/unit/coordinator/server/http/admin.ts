import { type Role, roles } from '@murmuration/api/role';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { OpenResources } from '@murmuration/coordinator/assembly/open-resources';
import { peopleAdminRoutes, taskAdminRoutes } from '@murmuration/coordinator/assembly/routes';
import { openWatch } from '@murmuration/coordinator/assembly/watch';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { OperatorAuthenticator } from '@murmuration/coordinator/http/operator-authenticator';
import { AdminApi, type AdminRoutes } from '@murmuration/coordinator/http/routes/admin/admin';
import { experimentRoutes } from '@murmuration/coordinator/http/routes/admin/experiments';
import { inferenceRoutes } from '@murmuration/coordinator/http/routes/admin/inference';
import { inferenceTokenRoutes } from '@murmuration/coordinator/http/routes/admin/inference-tokens';
import { monitorRoutes } from '@murmuration/coordinator/http/routes/admin/monitor';
import { taskModuleRoutes } from '@murmuration/coordinator/http/routes/admin/task-modules';
import { InferenceTokens } from '@murmuration/coordinator/inference/inference-tokens';
import { MonitorView } from '@murmuration/coordinator/inference/monitor-view';
import { RegistryModels } from '@murmuration/coordinator/inference/registry-models';
import { InferenceWatch } from '@murmuration/coordinator/inference/watch';
import { RecentLog } from '@murmuration/coordinator/telemetry/recent-log';
import { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { DeviceId, ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Operators } from '@murmuration/rounds/operators/operators';
import { sessionsIn } from '@murmuration/rounds/operators/session-store';
import { Sessions } from '@murmuration/rounds/operators/sessions';
import { ActivePopulation } from '@murmuration/rounds/population/active-population';
import { Convictions } from '@murmuration/rounds/population/convictions';
import { DeviceRegistry } from '@murmuration/rounds/population/device-registry';
import { Population } from '@murmuration/rounds/population/population';
import { Readability } from '@murmuration/rounds/promotion/readability';
import { VersionAliases } from '@murmuration/rounds/promotion/version-aliases';
import { toldOutcomes } from '@murmuration/rounds/queries/told-outcomes';
import { RoundControl } from '@murmuration/rounds/rounds/round-control';
import { SettingsManager } from '@murmuration/rounds/task/settings-manager';
import { TaskAdder } from '@murmuration/rounds/task/task-adder';
import { NewWords } from '@murmuration/rounds/vocabulary/new-words';
import { Access } from '@murmuration/serving/access/access';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openMonitor } from '@murmuration/serving/assembly/monitor';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { InferenceActivity } from '@murmuration/serving/monitor/activity';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import { joinEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { memoryDocuments } from '@murmuration/storage/memory/documents';
import { openStorage } from '@murmuration/storage/storage';
import { Registry } from 'prom-client';
import { expect } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { boundsOf } from '../bounds.ts';
import { type FederationOptions, openFederation } from '../federation.ts';

const value = { name: 'x', datatype: 'FP32', shape: [-1] } as const;

/** Answers with what it is asked, whatever the model is. */
const sameRuntime: Runtime = {
  name: 'same',
  loads: () => true,
  load: async () => ({
    inputs: [value],
    outputs: [value],
    bytes: 400,
    engine: 'the test',
    takesLengths: false,
    run: async tensors => tensors,
    close: async () => {},
  }),
  close: async () => {},
};

/** The admin API over the rounds of one task, all in memory, with a token for each role. */
export async function openAdmin(
  options: FederationOptions = {},
  watched: {
    readonly alerts?: object;
    readonly disk?: (() => Promise<{ free: number; size: number }>) | null;
  } = {},
) {
  const storage = await openStorage(undefined, new VirtualClock());
  const federation = await openFederation({ aliases: storage.aliases, audit: storage.audit, ...options });
  const { clock, rounds, task, channel, privacy } = federation;
  const secrets = { primitives: native, clock, random: seededRandom(7) };
  const operators = new Operators(storage.operatorTokens, storage.audit, secrets);
  const control = new RoundControl(new Map([[task.name as string, rounds]]), storage.pausedTasks, name =>
    federation.events.emit('steered', name),
  );
  const population = new Population(storage.devices, async () => true, native, clock);
  const disconnected: DeviceId[] = [];
  const app = await createApp({ ...boundsOf(federation), cors: ['https://app.example'] });
  const routes: { readonly method: string; readonly url: string; readonly least: Role | undefined }[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) routes.push({ method: each, url, least: config?.least });
  });
  const sessions = new Sessions(operators, sessionsIn(memoryDocuments()), secrets);
  const bounds = boundsOf(federation);
  const { history, aliases } = federation;
  const { moments, events } = federation;
  const read = (model: ModelHash) => federation.registry.files(model);
  const versionAliases = new VersionAliases({ store: aliases, history, moments, events, clock, read });
  const readability = new Readability(federation.registry, versionAliases, federation.events);
  await versionAliases.open(task.name);
  const tasks = new Map([[task.name as string, rounds]]);
  const checkIns = new Map([[task.name as string, federation.checkIns]]);
  const runs = new RunControl(tasks, federation.runStore, clock);
  if (federation.runs) runs.admit(federation.runs);
  const settings = new SettingsManager(storage.settings, tasks, clock);
  await settings.open(task);
  const api = new AdminApi();
  const scope = {
    config: parseConfig({ openEnrolment: true, development: true, alerts: watched.alerts }),
    clock,
    random: secrets.random,
    events: federation.events,
    storage: { ...storage, history },
    recentLog: new RecentLog(clock),
  };
  /** Watches as a coordinator does that begins now. */
  const watchAgain = async (admin: AdminRoutes = () => {}) => {
    const opened = new OpenResources(clock);
    const opener = { ...scope, config: { ...scope.config, development: false, openEnrolment: false } };
    const around = { population, silentSince: () => null, disk: watched.disk ?? null };
    const answering = (name: TaskName) => experiments.served(name);
    const core = {
      rounds: tasks,
      checkIns,
      versionAliases,
      readability,
      settings,
      privacy,
      served: answering,
    };
    const watch = await openWatch({ ...opener, opened, admin }, core, around);
    return { ...watch, close: () => opened.close() };
  };
  const watch = await watchAgain(api.add);
  const nothing = {
    withdraw: () => {},
    revoke: async () => {},
    reinstate: async () => {},
    forget: async () => {},
  };
  const convictions = new Convictions(storage.convictions, nothing, clock, federation.events);
  moments.join({ convictions });
  const activity = new InferenceActivity(clock);
  const parsed = inferenceSchema.parse({ drift: { atLeast: 50 } });
  const inferenceSettings = { ...parsed, drift: { ...parsed.drift!, reference: 100 } };
  const monitor = openMonitor(inferenceSettings, {
    clock,
    random: secrets.random,
    metrics: new Registry(),
    events: { fault: (where, error) => federation.events.emit('fault', where, error) },
  });
  const models = new RegistryModels({
    tasks: () => [task.name],
    recorded: () => undefined,
    registry: federation.registry,
    history,
    versionAliases,
  });
  const inference = new InferenceServer({
    ...serverSettings(inferenceSettings),
    source: models,
    runtimes: [sameRuntime],
    transformers: () => undefined,
    clock,
    turns: systemTurns,
    events: joinEvents(activity.events, monitor!.watch.events),
  });
  const access = new Access([], { primitives: native, clock });
  const inferenceTokens = new InferenceTokens({ store: storage.inferenceTokens, access, ...secrets });
  const experiments = new Experiments({
    taskOf: () => task,
    versionAliases,
    history,
    store: storage.experiments,
    queryResults: storage.queryResults,
    moments,
    events: federation.events,
    clock,
    random: secrets.random,
    isMeasured: true,
  });
  const deviceRegistry = new DeviceRegistry(storage.devices, storage.activity, population, {
    isConnected: device => channel.connected.has(device),
    drop: async device => rounds.current?.drop(device),
    disconnect: device => void disconnected.push(device),
  });
  const newWords = new NewWords({
    taskOf: name => tasks.get(name)?.upcoming,
    queryResults: federation.queryResults,
    store: storage.addedWords,
    requireGrows: async () => {},
    clock,
  });
  moments.join({ versionAliases, readability, runs, models, experiments });
  const taskAdder = new TaskAdder({
    modules: undefined,
    store: storage.addedTasks,
    clock,
    moments,
    events: federation.events,
    has: name => tasks.has(name),
    prepare: () => expect.unreachable(),
  });
  const activePopulation = new ActivePopulation(storage.activity, () => 0, clock, federation.events);
  const monitored = new MonitorView(monitor, () =>
    toldOutcomes({ tasks, queryResults: federation.queryResults, history }),
  );
  const served = {
    ...scope,
    storage: { ...scope.storage, queryResults: federation.queryResults },
    admin: api.add,
  };
  taskAdminRoutes(served, {
    ...{ rounds: tasks, control, runs, versionAliases, settings, newWords, privacy, activePopulation },
  });
  peopleAdminRoutes(served, { deviceRegistry, convictions }, { secrets, population }, watch);
  api.add((scoped, by) => {
    taskModuleRoutes(scoped, by, taskAdder);
    experimentRoutes(scoped, by, experiments);
    inferenceRoutes(scoped, by, new InferenceWatch(inference, activity));
    inferenceTokenRoutes(scoped, by, inferenceTokens);
    monitorRoutes(scoped, by, monitored);
  });
  const authenticator = new OperatorAuthenticator(operators, sessions, bounds.trustedProxies);
  await api.open(app, operators, authenticator, bounds);
  await app.ready();
  const texts = {} as Record<Role, string>;
  for (const role of roles)
    texts[role] = (await operators.create({ name: `the ${role}`, role, expiresAt: null })).text;
  return {
    ...federation,
    app: app as App,
    routes,
    storage,
    watch,
    watchAgain,
    inference,
    access,
    versionAliases,
    inferenceTokens,
    operators,
    population,
    control,
    runControl: runs,
    disconnected,
    texts,
    /** Asks as an operator of a role, or with any other token; null: without one. */
    async ask(method: string, path: string, by: Role | { readonly token: string } | null, body?: unknown) {
      const token = typeof by === 'string' ? texts[by] : by?.token;
      const response = await app.inject({
        method: method as 'GET',
        url: `/v1/admin${path}`,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: (response.body === '' ? null : response.json()) as Record<string, never>,
      };
    },
    async close() {
      await federation.runs?.close();
      await inference.close();
      await monitor?.watch.close();
      await watch.close();
      await rounds.stop();
      await app.close();
    },
  };
}

export type Admin = Awaited<ReturnType<typeof openAdmin>>;
