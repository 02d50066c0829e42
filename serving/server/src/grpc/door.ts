import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { HealthImplementation } from 'grpc-health-check';
import { modelsFor } from '../access/own-models.ts';
import { countedAddress } from '../limits/address.ts';
import { Quota } from '../limits/quota.ts';
import { untilAtMost } from '../server/waiting.ts';
import { type CallPorts, Calls } from './calls.ts';
import { type CertificateFiles, credentialsFrom } from './certificate.ts';
import { described, inferenceCalls } from './definition.ts';
import { boundHeaders } from './headers.ts';
import { inferenceService, type ServicePorts } from './service.ts';

/** Dependencies of the port. */
export interface GrpcPorts extends ServicePorts, CallPorts {}

export interface GrpcPlace {
  /** Address to listen on. */
  readonly host: string;
  /** Port; 0 takes any free port. */
  readonly port: number;
  readonly tls?: CertificateFiles | undefined;
}

/** Open gRPC port. */
export interface GrpcDoor {
  /** Address for clients, such as `127.0.0.1:8901`. */
  readonly address: string;
  /** Answers health checks with `NOT_SERVING` from now on. */
  drain(): void;
  /** Accepts no more clients, and closes once calls under way are over, or after `patience` ms. */
  close(patience: number): Promise<void>;
}

/** Maximum concurrent calls of one connection. */
const mostStreams = 256;
/** Maximum connections in all, and from one address, which may be a proxy's. */
const mostConnections = { all: 2_000, perAddress: 1_000 };
/** Milliseconds after which a connection without a call is closed. */
const longestIdle = 300_000;
/** Milliseconds of silence after which a client is pinged, and ms that it has to answer. */
const keepalive = { time: 60_000, timeout: 20_000 };
/** Services with a health status: the server as a whole, and inference. */
const services = ['', 'inference.GRPCInferenceService'];

/**
 * Opens a port for the Open Inference Protocol over gRPC, for reflection and for health checks. Throws
 * `config.invalid` if it can't be listened on, or if a certificate is wrong.
 */
export async function openGrpc(ports: GrpcPorts, { host, port, tls }: GrpcPlace): Promise<GrpcDoor> {
  const { server, clock } = ports;
  const credentials = await credentialsFrom(tls);
  const calls = new Calls(ports);
  const grpc = new Server({
    interceptors: [calls.interceptor],
    'grpc.enable_channelz': 0,
    'grpc.max_receive_message_length': server.limits.body,
    'grpc.max_concurrent_streams': mostStreams,
    'grpc.max_connection_idle_ms': longestIdle,
    'grpc.keepalive_time_ms': keepalive.time,
    'grpc.keepalive_timeout_ms': keepalive.timeout,
  });
  grpc.addService(
    inferenceCalls,
    inferenceService(ports, metadata => modelsFor(server, calls.holderOf(metadata))),
  );
  const health = new HealthImplementation();
  const tell = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const service of services) health.setStatus(service, status);
  };
  tell('SERVING');
  health.addToServer(grpc);
  new ReflectionService(described).addToServer(grpc);

  const connections = grpc.createConnectionInjector(credentials);
  boundHeaders(grpc, ports.refused);
  const sockets = new Set<Socket>();
  const places = new Quota(mostConnections.all, mostConnections.perAddress);
  const listener = createServer({ noDelay: true }, socket => {
    const leave = places.take(countedAddress(socket.remoteAddress ?? ''));
    if (!leave) {
      ports.refused('a connection of gRPC', new MurmurationError('server.busy'));
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => {
      leave();
      sockets.delete(socket);
    });
    connections.injectConnection(socket);
  });
  try {
    listener.listen({ host, port });
    await once(listener, 'listening');
  } catch (cause) {
    grpc.forceShutdown();
    throw new MurmurationError(
      'config.invalid',
      `Listening on ${host}:${port} for gRPC failed: ${(cause as Error).message}`,
      { cause },
    );
  }
  listener.on('error', error => ports.fault('the port of gRPC', error));
  return {
    address: addressOf(listener.address() as AddressInfo),
    drain: () => tell('NOT_SERVING'),
    async close(patience) {
      const closed = once(listener, 'close');
      listener.close();
      // Clients get GOAWAY, and begin no more calls here.
      connections.drain(patience);
      await untilAtMost(clock.now() + patience, clock, calls.settled());
      for (const socket of sockets) socket.destroy();
      grpc.forceShutdown();
      calls.close();
      await closed;
    },
  };
}

function addressOf({ address, family, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
