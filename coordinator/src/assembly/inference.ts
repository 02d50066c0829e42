import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Access } from '@murmuration/serving/access/access';
import { isLoopback } from '@murmuration/serving/access/loopback';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openDoors } from '@murmuration/serving/assembly/doors';
import { type InferenceSettings, serverSettings } from '@murmuration/serving/assembly/settings';
import { admitBy } from '@murmuration/serving/http/admission';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import { InferenceActivity } from '@murmuration/serving/monitor/activity';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { joinEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import type { FastifyInstance } from 'fastify';
import type { Registry as Metrics } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import type { App } from '../http/app.ts';
import { RegistryModels } from '../inference/registry-models.ts';
import { InferenceWatch } from '../inference/watch.ts';
import type { History } from '../registry/ports.ts';
import type { Core } from './core.ts';
import { version } from './version.ts';

export interface InferenceParts {
  readonly settings: InferenceSettings;
  /** Where the coordinator listens. */
  readonly host: string;
  readonly core: Pick<Core, 'registry' | 'rounds' | 'versionAliases'>;
  readonly history: History;
  readonly events: CoordinatorEvents;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export interface OpenInference {
  readonly server: InferenceServer;
  readonly watch: InferenceWatch;
}

/** Serves the models of the coordinator's own registry on its app, in a thread that starts with the first request. */
export function openInference(
  app: App,
  { settings, host, core, history, events, metrics, clock }: InferenceParts,
): OpenInference {
  const { registry, rounds, versionAliases } = core;
  const { preload, ...rest } = serverSettings(settings);
  const fault = (where: string, error: unknown) => events.emit('fault', where, error);
  const activity = new InferenceActivity(clock);
  const changed = () => events.emit('inference');
  const server = new InferenceServer({
    ...rest,
    source: new RegistryModels({
      registry,
      versionAliases,
      tasks: () =>
        Array.from(rounds.values(), ({ task }) => task)
          .filter(({ privateLayers }) => privateLayers.length === 0)
          .map(({ name }) => name),
      recorded: name => rounds.get(name)?.task.serving.warmUp ?? undefined,
      history,
      events,
    }),
    runtimes: [threadRuntime()],
    transformers: name => rounds.get(name)?.task.serving.transformer ?? undefined,
    clock,
    turns: systemTurns,
    events: joinEvents(inferenceMetrics(metrics), activity.events, {
      answered: changed,
      loaded: changed,
      unloaded: changed,
      failed: changed,
      fault,
    }),
  });
  const access = new Access(settings.tokens, { isLocal: isLoopback(host), primitives: native, clock });
  openDoors(app as unknown as FastifyInstance, {
    server,
    admit: admitBy(access),
    fault,
    refused: (where, { code, detail }) => events.emit('refused', where, code, detail),
    version,
  });
  server.preload(preload).catch(error => fault('preloading models', error));
  return { server, watch: new InferenceWatch(server, activity) };
}
