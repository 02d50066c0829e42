import { once } from '@murmuration/protocol/concurrency/once';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import Fastify, { type FastifyInstance } from 'fastify';
import { Access } from '../access/access.ts';
import { admitBy } from '../http/admission.ts';
import { type DoorPorts, openDoor } from '../http/door.ts';
import { injected } from '../http/injected.ts';
import { layersRuntime } from '../runtime/layers.ts';
import { onnxRuntime } from '../runtime/onnx.ts';
import { threadRuntime } from '../runtime/thread-runtime.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { nothingElse, openDoors } from './doors.ts';
import { requireToken } from './exposure.ts';
import { openServer } from './open-server.ts';
import type { ServeOptions } from './serve-models.ts';
import { version } from './version.ts';

/** Models served inside another HTTP server or function platform: no port is opened. */
export interface FetchedModels {
  /** Answers a request as the inference server over HTTP does. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** App for adapters of other platforms, which hand in requests with `inject`. */
  readonly app: FastifyInstance;
  readonly server: InferenceServer;
  /** Resolves once the models to preload are loaded. */
  readonly preloaded: Promise<void>;
  /** Answers requests under way, refuses the rest, and closes everything. */
  close(): Promise<void>;
}

/** Options of `serveModels` that need no port and no state between two requests. */
export type FetchOptions = Pick<
  ServeOptions,
  | 'source'
  | 'settings'
  | 'runtimes'
  | 'transformers'
  | 'clock'
  | 'primitives'
  | 'turns'
  | 'events'
  | 'refused'
>;

// The address of a function is unknown, so assume that anyone can reach it.
const everywhere = '0.0.0.0';

/**
 * Serves models within a function of a cloud platform, by the Open Inference Protocol, TensorFlow Serving's
 * REST and MLflow's. There is no gRPC, request log, monitor, job or Prometheus figure: these need a process
 * that lives on. Throws `config.invalid` if there is no token, or if the settings ask for one of these.
 */
export async function fetchModels(options: FetchOptions): Promise<FetchedModels> {
  const { source, settings, clock = steadyClock(), primitives = native } = options;
  requireToken(everywhere, settings.tokens);
  for (const name of ['grpc', 'log', 'report'] as const)
    if (settings[name])
      throw new MurmurationError(
        'config.invalid',
        `inference.${name} needs a process that lives on between two requests; leave it out, or run murmuration inference.`,
      );
  const { transformers, turns, events = {} } = options;
  const server = openServer({
    ...{ source, settings, transformers, clock, turns, events },
    runtimes: options.runtimes ?? [layersRuntime(), onnxRuntime()],
    mirrorRuntime: threadRuntime,
  });
  const app = Fastify({ logger: false, pluginTimeout: 0, routerOptions: { maxParamLength: 256 } });
  const ports: DoorPorts = {
    server,
    admit: admitBy(new Access(settings.tokens, { primitives, clock }), everywhere),
    fault: (where, error) => events.fault?.(where, error),
    refused: options.refused ?? (() => {}),
    version,
  };
  openDoors(app, ports);
  openDoor(app, ports, nothingElse);
  return {
    fetch: request => injected(app, request, server.limits.body),
    app,
    server,
    preloaded: server.preload(settings.preload),
    // The app stays open, so late requests hear that the server has stopped.
    close: once(() => server.close()),
  };
}
