import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { under } from './address.ts';
import { type BodyOf, readBody } from './bulk.ts';
import { Inflow } from './inflow.ts';
import { socketIoTransport } from './socket-io.ts';
import type {
  ControlTransport,
  Transport,
  TransportListener,
  TransportName,
  TransportPlatform,
} from './transport.ts';

/** Milliseconds until the next try to load the code of plain HTTP. */
const codeReloadMs = 4_000;

/**
 * Returns the transport of a name: `sockets`, `http`, or `auto`, which starts with sockets each time that it
 * is opened, and goes on over plain HTTP until closed if they don't connect. In a service worker, which may
 * end at any time, `auto` is plain HTTP.
 */
export function namedTransport(
  base: URL,
  platform: TransportPlatform,
  name?: TransportName,
  bodyOf?: BodyOf,
): Transport {
  const bounded = { inflow: new Inflow(platform.clock), ...platform };
  const sockets = socketIoTransport(base, bounded, bodyOf);
  let current: ControlTransport = sockets;
  /** Number of times the transport was opened or closed. */
  let turn = 0;
  /** Opens plain HTTP; after a failed socket, until sockets are tried again at `retryAt`. */
  const openHttp = async (listener: TransportListener, retryAt?: number) => {
    const mine = turn;
    try {
      const { httpTransport } = await import('./http.ts');
      if (turn !== mine) return;
      current.close();
      // Passes in what the page has already loaded, so that the chunk imports none of it.
      current = httpTransport(
        [base, bounded, bodyOf, sockets, under, readBody, encodeFrame, MurmurationError],
        retryAt,
      );
      current.open(listener);
    } catch {
      // Its code may not load without a network; sockets retry on their own.
      const next = retryAt ?? platform.clock.now() + codeReloadMs;
      if (!retryAt) platform.clock.at(next, () => turn === mine && openHttp(listener));
      listener.failed?.(next);
    }
  };
  const close = () => {
    turn += 1;
    current.close();
  };
  return {
    ...sockets,
    open(listener) {
      close();
      if (name === 'http' || (name !== 'sockets' && 'skipWaiting' in globalThis))
        return void openHttp(listener);
      current = sockets;
      const failed = (retryAt: number) => void openHttp(listener, retryAt);
      sockets.open(name === 'sockets' ? listener : { ...listener, failed });
    },
    close,
    request: (...args) => current.request(...args),
  };
}
