import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type CoordinatorEvents,
  coordinatorEvents,
  type DeviceEvent,
  type DeviceEvents,
  socketPath,
} from '@murmuration/protocol/messages/channel';
import { maxFrameLength } from '@murmuration/protocol/messages/frame';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { io, type Socket } from 'socket.io-client';
import { under } from './address.ts';
import { type BodyOf, bulkTransport } from './bulk.ts';
import type { FoundProblem } from './connection-state.ts';
import { about, comeBack, Inflow, lengthOf } from './inflow.ts';
import type { Transport, TransportPlatform } from './transport.ts';

type Engine = Socket['io']['engine'];

/** Milliseconds after which a request without an answer fails. */
const answerTimeoutMs = 20_000;
/** Milliseconds between tries to connect: doubled after each, up to `maxReconnectMs`. */
const firstReconnectMs = 1_000;
const maxReconnectMs = 60_000;
const offline: FoundProblem = { problem: 'offline', detail: 'This device has no network.' };

/**
 * Returns a transport with socket.io for control and `fetch` for bulk. Waits
 * between tries are 50 % to 150 % at random.
 */
export function socketIoTransport(
  base: URL,
  { clock, random, online, readToken, mayFetch, elsewhere, inflow = new Inflow(clock) }: TransportPlatform,
  bodyOf?: BodyOf,
): Transport {
  let cancel: Cancel = () => {};
  let unwatch: Cancel | undefined;
  let unbound: Cancel = () => {};
  let pause = firstReconnectMs;
  let asking = new AbortController();
  let isHeard = false;
  const socket = socketTo(base);
  return {
    ...bulkTransport(base, bodyOf, readToken, mayFetch && { clock, mayFetch, elsewhere }),
    open(listener) {
      let isFlooded = false;
      const connect = () => {
        cancel();
        isFlooded = false;
        listener.connecting?.();
        if (!isHeard && isOfAnotherOrigin(base)) return ask();
        socket.connect();
        bound(socket.io.engine);
      };
      const ask = () => {
        asking.abort();
        const mine = new AbortController();
        asking = mine;
        cancel = clock.at(clock.now() + answerTimeoutMs, () => {
          mine.abort();
          failed();
        });
        const { signal } = mine;
        askPlainly(base, readToken, signal).then(
          () => {
            if (signal.aborted) return;
            isHeard = true;
            connect();
          },
          () => {
            if (!signal.aborted) failed();
          },
        );
      };
      const failed = () => {
        const retryAt = connectAfter(pause);
        pause = Math.min(2 * pause, maxReconnectMs);
        listener.failed?.(retryAt);
      };
      /** Schedules the next try after about `ms`. Returns its time. */
      const connectAfter = (ms: number): number => {
        cancel();
        const at = clock.now() + about(ms, random);
        cancel = clock.at(at, connect);
        return at;
      };
      const flooded = (engine: Engine) => {
        unbound();
        isFlooded = true;
        socket.disconnect();
        terminate(engine);
        const error = new MurmurationError('server.flood');
        listener.disconnected(error.detail, connectAfter(comeBack), error);
      };
      const bound = (engine: Engine) => {
        unbound();
        unbound = boundBy(inflow, engine, () => flooded(engine));
      };
      socket.on('connect', () => {
        pause = firstReconnectMs;
      });
      socket.on('connect_error', cause => {
        if (isTooLong(cause)) return flooded(socket.io.engine);
        failed();
      });
      socket.on('disconnect', (reason, cause) => {
        if (isFlooded) return;
        if (isTooLong(cause)) return flooded(socket.io.engine);
        // A coordinator that closes a connection needs some time.
        listener.disconnected(
          reason,
          connectAfter(reason === 'io server disconnect' ? comeBack : firstReconnectMs),
        );
      });
      for (const event of coordinatorEvents)
        socket.on(event, (frame: Uint8Array | ArrayBuffer) => listener.message(event, bytesOf(frame)));
      // A wait of up to a minute ends at once, and so does a try that began without a network.
      unwatch = online?.(() => {
        if (socket.connected) return;
        socket.disconnect();
        asking.abort();
        connect();
      });
      connect();
    },
    close() {
      cancel();
      asking.abort();
      unwatch?.();
      unbound();
      socket.removeAllListeners();
      socket.disconnect();
    },
    async findProblem() {
      // Without a network the code for it would not load.
      if (globalThis.navigator?.onLine === false) return offline;
      const { findProblem } = await import('./find-problem.ts');
      return findProblem(base, under(base, '/health/live'), clock);
    },
    request: (event, frame) => requestOn(socket, event, frame),
  };
}

type DeviceSocket = Socket<CoordinatorEvents, DeviceEvents>;

function socketTo(base: URL): DeviceSocket {
  return io(base.origin, {
    path: under(base, socketPath).pathname,
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    // Its back-off does not report the time of the next try.
    reconnection: false,
    // Bounds frames. Pages lack this option: there, a message is received whole before it counts.
    ...({ maxPayload: maxFrameLength } as object),
  });
}

/**
 * Resolves if the coordinator answers plain requests of this page, as for models: a WebSocket opens without
 * CORS, and a device that gets no model spoils its round.
 */
function askPlainly(base: URL, readToken: string | undefined, signal: AbortSignal): Promise<Response> {
  const headers = readToken ? { authorization: `Bearer ${readToken}` } : {};
  return fetch(under(base, '/v1/tasks'), { method: 'HEAD', headers, credentials: 'omit', signal });
}

/**
 * Calls `flooded` if a connection brings more than any round needs, of any kind, before it is decoded.
 * Returns a function that stops this.
 */
function boundBy(inflow: Inflow, engine: Engine, flooded: () => void): Cancel {
  const count = ({ data }: { data?: unknown }) => {
    if (!inflow.take(lengthOf(data))) flooded();
  };
  engine.on('packet', count);
  return () => engine.off('packet', count);
}

/** Stops reading: a coordinator that floods may not close its side. */
function terminate(engine: Engine): void {
  (engine.transport as { ws?: { terminate?(): void } }).ws?.terminate?.();
}

async function requestOn(socket: DeviceSocket, event: DeviceEvent, frame: Uint8Array): Promise<Uint8Array> {
  if (!socket.connected) throw new MurmurationError('server.unreachable');
  try {
    const answer = socket.timeout(answerTimeoutMs).emitWithAck(event, frame);
    // The library would resend it on the next connection after a long silence,
    // where it would come before the hello.
    socket.sendBuffer.length = 0;
    return bytesOf(await answer);
  } catch (cause) {
    throw new MurmurationError('server.no-answer', undefined, { cause });
  }
}

/** Returns true in a page of another origin than the coordinator. */
function isOfAnotherOrigin({ origin }: URL): boolean {
  return 'document' in globalThis && globalThis.location.origin !== origin;
}

/** Converts the ArrayBuffers of browsers; other values go to the reader unchanged. */
function bytesOf(frame: Uint8Array | ArrayBuffer): Uint8Array {
  return frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
}

/** Returns true if a connection has ended because of a message longer than a frame. */
function isTooLong(cause: unknown): boolean {
  const { description } = (cause ?? {}) as { description?: { error?: { code?: unknown } } };
  return description?.error?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}
