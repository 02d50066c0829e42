import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { HealthImplementation } from 'grpc-health-check';
import { modelsFor } from '../access/own-models.ts';
import { countedAddress } from '../limits/address.ts';
import { Quota } from '../limits/quota.ts';
import { type CallPorts, Calls } from './calls.ts';
import { type CertificateFiles, credentialsFrom } from './certificate.ts';
import { described, inferenceCalls } from './definition.ts';
import { boundHeaders } from './headers.ts';
import { inferenceService, type ServicePorts } from './service.ts';

/** What the port stands on. */
export interface GrpcPorts extends ServicePorts, CallPorts {}

export interface GrpcPlace {
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls?: CertificateFiles | undefined;
}

/** A port on which gRPC is spoken. */
export interface GrpcDoor {
  /** As clients name it: `127.0.0.1:8901`. */
  readonly address: string;
  /** Tells those who ask for its health that it takes no further requests. */
  drain(): void;
  /** Hears no further clients, and ends once calls under way are over, or after `patience` ms. */
  close(patience: number): Promise<void>;
}

/** Calls of one connection at a time. */
const mostStreams = 256;
/** Connections in all, and of one address, which may be that of a proxy. */
const mostConnections = { all: 2_000, perAddress: 1_000 };
/** ms after which a connection without a call is closed. */
const longestIdle = 300_000;
/** ms without a word after which a client is asked whether it is there, and ms that it has to answer. */
const keepalive = { time: 60_000, timeout: 20_000 };
/** The services whose health is told: all together, and that of models. */
const services = ['', 'inference.GRPCInferenceService'];

/**
 * Opens a port of its own to the Open Inference Protocol over gRPC, to reflection and to health checks. Throws `config.invalid` where it can't be
 * listened on, or a certificate is wrong.
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
      // Clients hear that they are to go elsewhere, and begin no calls.
      connections.drain(patience);
      let cancel = () => {};
      const late = new Promise<void>(resolve => {
        cancel = clock.at(clock.now() + patience, resolve);
      });
      await Promise.race([calls.settled(), late]);
      cancel();
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
