import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Access } from '@murmuration/serving/access/access';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { threadConverter } from '@murmuration/serving/assembly/conversions';
import { openDoors } from '@murmuration/serving/assembly/doors';
import { openGrpcPort } from '@murmuration/serving/assembly/grpc';
import { openMonitor } from '@murmuration/serving/assembly/monitor';
import { type InferenceSettings, serverSettings } from '@murmuration/serving/assembly/settings';
import { admitBy } from '@murmuration/serving/http/admission';
import type { DoorPorts } from '@murmuration/serving/http/door';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import type { AccuracyStore } from '@murmuration/serving/monitor/accuracy-store';
import { InferenceActivity } from '@murmuration/serving/monitor/activity';
import type { DriftStore } from '@murmuration/serving/monitor/drift/drift-store';
import { judge } from '@murmuration/serving/monitor/outcome';
import { openRequestLog } from '@murmuration/serving/request-log/open';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import type { Pace } from '@murmuration/serving/server/arrivals';
import { joinEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import { requestIds } from '@murmuration/serving/server/request-id';
import type { ModelSource } from '@murmuration/serving/source/source';
import type { FastifyInstance } from 'fastify';
import type { Registry as Metrics } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import type { App } from '../http/app.ts';
import { comparedWindow } from '../inference/compared-window.ts';
import { InferenceTokens } from '../inference/inference-tokens.ts';
import { LiveAccuracyTeller } from '../inference/live-accuracy.ts';
import { MonitorView } from '../inference/monitor-view.ts';
import { RegistryModels } from '../inference/registry-models.ts';
import { InferenceWatch } from '../inference/watch.ts';
import type { Experiments } from '../lifecycle/experiments/experiments.ts';
import type { PromotionWatcher } from '../lifecycle/gates/promotion-watcher.ts';
import { refuseUnwatched, watchDevices } from '../queries/device-drift.ts';
import { tellOutcomes, toldOutcomes } from '../queries/told-outcomes.ts';
import type { History } from '../registry/ports.ts';
import type { QueryResultStore } from '../registry/query-results.ts';
import type { InferenceTokenStore } from '../tokens/inference-token.ts';
import type { Core } from './core.ts';
import { version } from './version.ts';

export interface InferenceParts {
  readonly settings: InferenceSettings;
  /** How fast bodies have to come. */
  readonly pace: Pace;
  /** Where the coordinator listens. */
  readonly host: string;
  /** Others than programs on this machine are meant to ask. */
  readonly isReached: boolean;
  /** The files of its certificate, which gRPC has as well unless its own are named. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly core: Pick<Core, 'registry' | 'rounds' | 'versionAliases'>;
  readonly history: History;
  readonly queryResults: QueryResultStore;
  readonly tokenStore: InferenceTokenStore;
  readonly driftStore: DriftStore;
  readonly accuracyStore: AccuracyStore;
  /** Hears of each request, and of what came of predictions. */
  readonly watcher: Pick<PromotionWatcher, 'answered' | 'judged'>;
  /** Says which versions requests get, and hears of what became of them. */
  readonly experiments: Pick<Experiments, 'served' | 'arms' | 'judged' | 'taskOf'>;
  readonly events: CoordinatorEvents;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/** The inference server of a coordinator. */
export interface OpenInference {
  readonly server: InferenceServer;
  readonly watch: InferenceWatch;
  readonly monitor: MonitorView;
  /** Who may ask what. */
  readonly access: Access;
  readonly tokens: InferenceTokens;
  /** Where gRPC is spoken, such as `127.0.0.1:8901`; undefined: nowhere. */
  readonly grpc: string | undefined;
  /** Answers what is under way, writes what its log has not yet written, and closes all; closing twice is harmless. */
  close(): Promise<void>;
  readonly source: ModelSource;
  /** What its routes stand on. */
  readonly ports: DoorPorts;
}

/** ms that closing waits for answers to be read. */
const patience = 5_000;

/**
 * Serves the models of the coordinator's own registry on its app, in a thread that starts with the first request, and over gRPC where the
 * settings name a port. Throws `config.invalid`, and what opening its log throws.
 */
export async function openInference(
  app: App,
  {
    settings,
    pace,
    host,
    isReached,
    tls,
    core,
    history,
    queryResults,
    tokenStore,
    driftStore,
    accuracyStore,
    watcher,
    experiments,
    events,
    metrics,
    clock,
    random,
  }: InferenceParts,
): Promise<OpenInference> {
  const { registry, rounds, versionAliases } = core;
  const { preload, ...rest } = serverSettings(settings);
  const fault = (where: string, error: unknown) => events.emit('fault', where, error);
  const activity = new InferenceActivity(clock);
  const changed = () => events.emit('inference');
  const heard = joinEvents(inferenceMetrics(metrics), { fault });
  const log =
    settings.log &&
    (await openRequestLog(settings.log, { clock, random, turns: systemTurns, events: heard }));
  tellOutcomes(events, { queryResults, history });
  const accuracy = new LiveAccuracyTeller(clock, told => events.emit('accuracy', told));
  const monitor = openMonitor(settings, {
    clock,
    random,
    metrics,
    driftStore,
    accuracyStore,
    modelOf: experiment => experiments.taskOf(experiment),
    events: {
      fault,
      compared: window =>
        events.emit(
          'drift',
          comparedWindow(window, task => versionAliases.of(task).champion.number),
        ),
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
  await monitor?.live?.open();
  if (monitor?.drift)
    await watchDevices({ tasks: rounds, queryResults, driftStore, watch: monitor.drift, events });
  else refuseUnwatched(rounds);
  const source = new RegistryModels({
    registry,
    versionAliases,
    tasks: () =>
      Array.from(rounds.values(), ({ task }) => task)
        .filter(({ privateLayers }) => privateLayers.length === 0)
        .map(({ name }) => name),
    recorded: name => rounds.get(name)?.task.serving.warmUp ?? undefined,
    history,
    experiments: name => experiments.served(name),
    events,
  });
  const server = new InferenceServer({
    ...rest,
    source,
    runtimes: [threadRuntime({ memory: settings.memory, running: settings.deadline })],
    transformers: name => rounds.get(name)?.task.serving.transformer ?? undefined,
    mirrorRuntime: threadRuntime,
    converter: threadConverter(),
    pace,
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
  const access = new Access(settings.tokens, { primitives: native, clock, isReached });
  const tokens = new InferenceTokens({ store: tokenStore, access, primitives: native, clock, random });
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
    admit: admitBy(access, host),
    ...(monitor && { newId: requestIds(random) }),
  };
  openDoors(app as unknown as FastifyInstance, doors);
  monitor?.routes(app as unknown as FastifyInstance, doors);
  const grpc = await openGrpcPort(settings, { ...ports, access, clock }, { host, tls });
  server.preload(preload).catch(error => fault('preloading models', error));
  const close = async () => {
    grpc?.drain();
    await server.drain();
    await grpc?.close(patience);
    await server.close();
    await monitor?.watch.close();
    accuracy.close();
    await log?.close();
  };
  let closed: Promise<void> | undefined;
  return {
    server,
    watch: new InferenceWatch(server, activity, monitor),
    monitor: new MonitorView(monitor, () => toldOutcomes({ tasks: rounds, queryResults, history })),
    access,
    tokens,
    source,
    ports: doors,
    grpc: grpc?.address,
    close() {
      closed ??= close();
      return closed;
    },
  };
}
