import { native } from '@murmuration/protocol/primitives/node';
import type { Clock } from '@murmuration/protocol/time/clock';
import { Access } from '@murmuration/serving/access/access';
import { isLoopback } from '@murmuration/serving/access/loopback';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { openDoors } from '@murmuration/serving/assembly/doors';
import { type InferenceSettings, serverSettings } from '@murmuration/serving/assembly/settings';
import { admitBy } from '@murmuration/serving/http/admission';
import { inferenceMetrics } from '@murmuration/serving/metrics/metrics';
import { threadRuntime } from '@murmuration/serving/runtime/thread-runtime';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import type { FastifyInstance } from 'fastify';
import type { Registry as Metrics } from 'prom-client';
import type { CoordinatorEvents } from '../events/events.ts';
import type { App } from '../http/app.ts';
import { RegistryModels } from '../inference/registry-models.ts';
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

/** Serves the models of the coordinator's own registry on its app, in a thread that starts with the first request. */
export function openInference(
  app: App,
  { settings, host, core, history, events, metrics, clock }: InferenceParts,
): InferenceServer {
  const { registry, rounds, versionAliases } = core;
  const { preload, ...rest } = serverSettings(settings);
  const fault = (where: string, error: unknown) => events.emit('fault', where, error);
  const server = new InferenceServer({
    ...rest,
    source: new RegistryModels({
      registry,
      versionAliases,
      tasks: () =>
        Array.from(rounds.values(), ({ task }) => task)
          .filter(({ privateLayers }) => privateLayers.length === 0)
          .map(({ name }) => name),
      history,
      events,
    }),
    runtimes: [threadRuntime()],
    transformers: name => rounds.get(name)?.task.serving.transformer ?? undefined,
    clock,
    turns: systemTurns,
    events: { ...inferenceMetrics(metrics), fault },
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
  return server;
}
