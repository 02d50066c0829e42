import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import type { PromotionWatcher } from '@murmuration/lifecycle/gates/promotion-watcher';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { isReached } from '@murmuration/rounds/operators/exposure';
import { DeviceDrift, refuseUnwatched } from '@murmuration/rounds/queries/device-drift';
import { tellOutcomes, toldOutcomes } from '@murmuration/rounds/queries/told-outcomes';
import { Access } from '@murmuration/serving/access/access';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { threadConverter } from '@murmuration/serving/assembly/conversions';
import { openDoors } from '@murmuration/serving/assembly/doors';
import { openGrpcPort } from '@murmuration/serving/assembly/grpc';
import { type OpenMonitor, openMonitor } from '@murmuration/serving/assembly/monitor';
import { serverSettings } from '@murmuration/serving/assembly/settings';
import { admitBy } from '@murmuration/serving/http/admission';
import type { DoorPorts } from '@murmuration/serving/http/door';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import { InferenceActivity } from '@murmuration/serving/monitor/activity';
import { judge } from '@murmuration/serving/monitor/outcome';
import { openRequestLog } from '@murmuration/serving/request-log/open';
import type { RequestLog } from '@murmuration/serving/request-log/request-log';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { joinEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { requestIds } from '@murmuration/serving/server/request-id';
import type { ModelSource } from '@murmuration/serving/source/source';
import type { FastifyInstance } from 'fastify';
import { inferenceRoutes } from '../http/routes/admin/inference.ts';
import { inferenceTokenRoutes } from '../http/routes/admin/inference-tokens.ts';
import { monitorRoutes } from '../http/routes/admin/monitor.ts';
import { comparedWindow } from '../inference/compared-window.ts';
import { InferenceTokens } from '../inference/inference-tokens.ts';
import { LiveAccuracyTeller } from '../inference/live-accuracy.ts';
import { MonitorView } from '../inference/monitor-view.ts';
import { RegistryModels } from '../inference/registry-models.ts';
import { InferenceWatch } from '../inference/watch.ts';
import type { Core } from './core.ts';
import type { ServedScope } from './scope.ts';
import { version } from './version.ts';

/** Inference server of a coordinator. */
export interface OpenInference {
  readonly server: InferenceServer;
  /** Access control of the inference server. */
  readonly access: Access;
  readonly tokens: InferenceTokens;
  /** Address on which gRPC is served, such as `127.0.0.1:8901`; undefined if it is not. */
  readonly grpc: string | undefined;
  readonly source: ModelSource;
  /** Dependencies of the inference routes. */
  readonly ports: DoorPorts;
}

/** Milliseconds that closing waits for answers to be read. */
const closeTimeoutMs = 5_000;

type Served = Pick<Core, 'registry' | 'rounds' | 'versionAliases'>;

/** Connections of the inference server to versions under trial. */
interface Trials {
  /** Receives each request, and the outcomes of predictions. */
  readonly watcher: Pick<PromotionWatcher, 'answered' | 'judged'>;
  /** Chooses the versions that answer requests, and receives their outcomes. */
  readonly experiments: Pick<Experiments, 'served' | 'arms' | 'judged' | 'taskOf'>;
}

/**
 * Serves the models of the coordinator's registry on its app, in a thread that starts with the first request,
 * and over gRPC if the configuration names a port. Throws `config.invalid`, and the errors of opening its
 * log.
 */
export async function openInference(
  scope: ServedScope,
  core: Served,
  trials: Trials,
  hasOperators: boolean,
): Promise<OpenInference> {
  const { app, config, clock, random, events, moments, storage, opened, admin } = scope;
  const settings = config.inference;
  const { history, queryResults } = storage;
  const { rounds } = core;
  const { watcher } = trials;
  const { preload, ...rest } = serverSettings(settings);
  const fault = (where: string, error: unknown) => events.emit('fault', where, error);
  const activity = new InferenceActivity(clock);
  const changed = () => events.emit('inference');
  const heard = joinEvents(inferenceMetrics(scope.metrics), { fault });
  const log =
    settings.log &&
    (await openRequestLog(settings.log, { clock, random, turns: systemTurns, events: heard }));
  opened.add(() => log?.close());
  moments.join({ outcomes: { tell: record => tellOutcomes(record, { queryResults, history, moments }) } });
  const monitor = await openMonitoring(scope, core, trials, { log: log ?? undefined, changed });
  const source = sourceOf(scope, core, trials);
  moments.join({ models: source });
  const server = new InferenceServer({
    ...rest,
    source,
    runtimes: [threadRuntime({ memory: settings.memory, running: settings.deadline })],
    transformers: name => rounds.get(name)?.task.serving.transformer ?? undefined,
    mirrorRuntime: threadRuntime,
    converter: threadConverter(),
    pace: config.limits,
    clock,
    turns: systemTurns,
    events: joinEvents(
      heard,
      activity.events,
      { answered: exchange => watcher.answered(exchange) },
      { answered: changed, loaded: changed, unloaded: changed, failed: changed },
      log ? { answered: exchange => log.record(exchange) } : {},
      monitor ? monitor.watch.events : {},
    ),
  });
  const access = new Access(settings.tokens, {
    primitives: native,
    clock,
    isReached: isReached(config, hasOperators || config.operatorTokens.length > 0),
  });
  const tokens = new InferenceTokens({
    store: storage.inferenceTokens,
    access,
    primitives: native,
    clock,
    random,
  });
  await tokens.open();
  const ports = {
    server,
    fault,
    refused: (where: string, { code, detail }: MurmurationError) =>
      events.emit('refused', where, code, detail),
    version,
  };
  const doors: DoorPorts = {
    ...ports,
    admit: admitBy(access, config.host),
    ...(monitor && { newId: requestIds(random) }),
  };
  openDoors(app as unknown as FastifyInstance, doors);
  monitor?.routes(app as unknown as FastifyInstance, doors);
  const grpc = await openGrpcPort(settings, { ...ports, access, clock }, config);
  server.preload(preload).catch(error => fault('preloading models', error));
  opened.add(async () => {
    grpc?.drain();
    await server.drain();
    await grpc?.close(closeTimeoutMs);
    await server.close();
  });
  const view = new MonitorView(monitor, () => toldOutcomes({ tasks: rounds, queryResults, history }));
  admin((routes, operators) => {
    inferenceRoutes(routes, operators, new InferenceWatch(server, activity, monitor));
    inferenceTokenRoutes(routes, operators, tokens);
    monitorRoutes(routes, operators, view);
  });
  return { server, access, tokens, source, ports: doors, grpc: grpc?.address };
}

/**
 * Opens the monitoring of requests for drift and accuracy; returns undefined if the settings watch nothing.
 */
async function openMonitoring(
  { config, clock, random, events, moments, storage, metrics, opened }: ServedScope,
  { rounds, versionAliases }: Served,
  { watcher, experiments }: Trials,
  { log, changed }: { readonly log: RequestLog | undefined; readonly changed: () => void },
): Promise<OpenMonitor | undefined> {
  const { drift: driftStore, accuracy: accuracyStore, queryResults } = storage;
  const accuracy = new LiveAccuracyTeller(clock, told => moments.accuracyComputed(told));
  opened.add(() => accuracy.close());
  const monitor = openMonitor(config.inference, {
    clock,
    random,
    metrics,
    driftStore,
    accuracyStore,
    modelOf: experiment => experiments.taskOf(experiment),
    events: {
      fault: (where, error) => events.emit('fault', where, error),
      compared: window =>
        moments.inputsCompared(comparedWindow(window, task => versionAliases.of(task).champion.number)),
      arms: windows => experiments.arms(windows),
      joined(prediction, outcome) {
        log?.feedback(prediction, outcome.outcome);
        if (monitor?.live) accuracy.joined(monitor.live, prediction.model, prediction.version);
        const judged = judge(prediction, outcome);
        for (const each of judged) watcher.judged(prediction.model, prediction.version, each);
        if (prediction.variant) experiments.judged(prediction.model, prediction.variant, judged);
        changed();
      },
    },
  });
  opened.add(() => monitor?.watch.close());
  await monitor?.live?.open();
  if (monitor?.drift) {
    const deviceDrift = new DeviceDrift({ tasks: rounds, queryResults, driftStore, watch: monitor.drift });
    await deviceDrift.open();
    moments.join({ deviceDrift });
  } else refuseUnwatched(rounds);
  return monitor;
}

/** Returns the versions of all tasks that keep no layer on devices. */
const sourceOf = (
  { storage }: ServedScope,
  { registry, rounds, versionAliases }: Served,
  { experiments }: Trials,
): RegistryModels =>
  new RegistryModels({
    registry,
    versionAliases,
    tasks: () =>
      Array.from(rounds.values(), ({ task }) => task)
        .filter(({ privateLayers }) => privateLayers.length === 0)
        .map(({ name }) => name),
    recorded: name => rounds.get(name)?.task.serving.warmUp ?? undefined,
    history: storage.history,
    experiments: name => experiments.served(name),
  });
