import type { AddressInfo } from 'node:net';
import { once } from '@murmuration/protocol/concurrency/once';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import type { Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { Access } from '../access/access.ts';
import { requireAll } from '../access/holder.ts';
import { systemTurns } from '../adapters/system-turns.ts';
import type { KeptSession } from '../brokers/kept-session.ts';
import type { GrpcDoor } from '../grpc/door.ts';
import { admitBy } from '../http/admission.ts';
import { boundApp } from '../http/bound-app.ts';
import { asking, type DoorPorts, holderOf, openDoor } from '../http/door.ts';
import { inferenceMetrics } from '../metrics/metrics.ts';
import { watchProcess } from '../metrics/process-metrics.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { openRequestLog } from '../request-log/open.ts';
import type { OnnxRuntimeOptions } from '../runtime/onnx.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { threadRuntime } from '../runtime/thread-runtime.ts';
import { type InferenceEvents, joinEvents } from '../server/events.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { requestIds } from '../server/request-id.ts';
import type { Turns } from '../server/turns.ts';
import { untilAtMost } from '../server/waiting.ts';
import type { ModelSource } from '../source/source.ts';
import type { Transformer } from '../transformer/transformer.ts';
import { type BrokerOptions, openBrokers, requireBrokers } from './brokers.ts';
import { threadConverter } from './conversions.ts';
import { nothingElse, openDoors } from './doors.ts';
import { requireToken } from './exposure.ts';
import { openGrpcPort } from './grpc.ts';
import { openMonitor } from './monitor.ts';
import { openServer } from './open-server.ts';
import { openPrecompute, type PrecomputeOptions } from './precompute.ts';
import type { InferenceSettings } from './settings.ts';
import { version } from './version.ts';

export interface ServeOptions {
  /** Source of models; closed with the server. */
  readonly source: ModelSource;
  readonly settings: InferenceSettings;
  /** Address to listen on; one that other machines reach needs a token. By default 127.0.0.1. */
  readonly host?: string;
  /** Port; 0 takes any free port. */
  readonly port: number;
  /**
   * Runtimes; the first that knows a model runs it. The default runs tfjs layers models, and ONNX if a
   * runtime for it is installed, in threads that end with what breaks them; models on the fused kernels are
   * built there but run in this thread.
   */
  readonly runtimes?: readonly Runtime[];
  /** Options of the default ONNX runtime. */
  readonly onnx?: OnnxRuntimeOptions;
  /** Transformers by model name. */
  readonly transformers?: Readonly<Record<string, Transformer>>;
  /** Clock; by default one that keeps its pace when the system time is set. */
  readonly clock?: Clock;
  /** Cryptographic primitives; by default Node's. */
  readonly primitives?: Pick<Primitives, 'sha256'>;
  readonly turns?: Turns;
  /** Random source; by default the system's. */
  readonly random?: RandomBytes;
  readonly events?: InferenceEvents;
  /** Called for each refused request. */
  readonly refused?: DoorPorts['refused'];
  /** Brokers whose requests are taken too. */
  readonly brokers?: BrokerOptions;
  /** Monitor that replaces the one of the settings; closed with the server. */
  readonly monitor?: Monitor;
  /** Jobs that compute answers ahead of time. */
  readonly precompute?: PrecomputeOptions;
}

export interface ServedModels {
  /** URL that it listens on, such as `http://127.0.0.1:8900`. */
  readonly url: string;
  /** Address of the gRPC port, such as `127.0.0.1:8901`; null if there is none. */
  readonly grpc: string | null;
  readonly server: InferenceServer;
  /** Resolves once the models to preload are loaded. */
  readonly preloaded: Promise<void>;
  /** Answers requests under way, refuses the rest, and closes everything. */
  close(): Promise<void>;
}

/**
 * Milliseconds that closing waits for requests under way, once for each kind of door: brokers, HTTP, gRPC.
 */
export const drainTimeoutMs = 10_000;

/**
 * Serves models without a coordinator in the process: over HTTP, and over gRPC if the settings name a port
 * for it. Throws `config.invalid` if an address can be reached from other machines and there is no token, or
 * if it can't be listened on.
 */
export async function serveModels(options: ServeOptions): Promise<ServedModels> {
  const { source, settings, host = '127.0.0.1', port, clock = steadyClock(), primitives = native } = options;
  requireToken(host, settings.tokens);
  const registry = new Registry();
  watchProcess(registry);
  const turns = options.turns ?? systemTurns;
  const events = joinEvents(inferenceMetrics(registry), options.events ?? {});
  const { random = systemRandom, onnx = {} } = options;
  const { memory } = settings;
  const log = settings.log && (await openRequestLog(settings.log, { clock, random, turns, events }));
  const fault = (where: string, error: unknown) => options.events?.fault?.(where, error);
  const monitor = openMonitor(
    settings,
    {
      clock,
      random,
      metrics: registry,
      events: { fault, joined: (prediction, outcome) => log?.feedback(prediction, outcome.outcome) },
    },
    options.monitor,
  );
  const server = openServer({
    ...{ source, settings, transformers: options.transformers, clock, turns },
    runtimes: options.runtimes ?? [
      threadRuntime({ clock, memory, running: settings.deadline, onnx, fusedHere: true }),
    ],
    mirrorRuntime: threadRuntime,
    converter: threadConverter(),
    events: joinEvents(
      events,
      log ? { answered: exchange => log.record(exchange) } : {},
      monitor ? monitor.watch.events : {},
    ),
  });
  const refused = options.refused ?? (() => {});
  const app = boundApp(clock, refused);
  const access = new Access(settings.tokens, { primitives, clock });
  let brokers: readonly KeptSession[] = [];
  const ports: DoorPorts = {
    server,
    admit: admitBy(access, host),
    requireReady: () => requireBrokers(brokers),
    ...(monitor && { newId: requestIds(random) }),
    fault,
    refused,
    version,
  };
  openDoors(app, ports);
  monitor?.routes(app, ports);
  const precomputation =
    options.precompute &&
    openPrecompute(app, ports, options.precompute, {
      source,
      metrics: registry,
      clock,
      turns,
    });
  openOwnDoor(app, ports, registry);
  let grpc: GrpcDoor | undefined;
  const patiently = (work: Promise<unknown>) => untilAtMost(clock.now() + drainTimeoutMs, clock, work);
  const close = once(async () => {
    await precomputation?.close();
    grpc?.drain();
    // Before the server refuses them: requests that a broker delivered are still answered.
    await patiently(Promise.all(brokers.map(broker => broker.close())));
    await patiently(server.drain());
    await grpc?.close(drainTimeoutMs);
    await app.close();
    await server.close();
    await monitor?.watch.close();
    await log?.close();
  });
  try {
    grpc = await openGrpcPort(settings, { ...ports, access, clock }, { host });
    await app.listen({ host, port });
  } catch (cause) {
    await close();
    if (cause instanceof MurmurationError) throw cause;
    throw new MurmurationError(
      'config.invalid',
      `Listening on ${host}:${port} failed: ${(cause as Error).message}`,
      { cause },
    );
  }
  precomputation?.schedule();
  if (options.brokers)
    brokers = openBrokers(options.brokers, {
      ...ports,
      access,
      hasTokens: settings.tokens.length > 0,
      metrics: registry,
      clock,
      turns,
    });
  const address = app.server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    grpc: grpc?.address ?? null,
    server,
    preloaded: server.preload(settings.preload),
    close,
  };
}

/** Registers the health route and the Prometheus metrics. */
function openOwnDoor(app: FastifyInstance, ports: DoorPorts, registry: Registry): void {
  openDoor(app, ports, scope => {
    scope.get('/', () => ({ status: 'alive' }));
    scope.get(
      '/metrics',
      asking(['monitor', 'predict'], 'Figures for Prometheus'),
      async (request, reply) => {
        requireAll(holderOf(request));
        return reply.type(registry.contentType).send(await registry.metrics());
      },
    );
    nothingElse(scope);
  });
}
