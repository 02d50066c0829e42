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

/** ms after which the script of plain HTTP is asked for again. */
const pause = 4_000;

/**
 * The transport of a name: `sockets`, `http`, or `auto`, which begins with sockets each time that it is opened, and where those don't open
 * goes on over plain HTTP, for as long as that is kept open. In a service worker, which ends whenever it likes, `auto` is plain HTTP.
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
  /** Counts each time that the transport is opened or closed. */
  let turn = 0;
  /** Over plain HTTP; where a socket has failed to open, until the next try begins, at `retryAt`. */
  const openHttp = async (listener: TransportListener, retryAt?: number) => {
    const mine = turn;
    try {
      const { httpTransport } = await import('./http.ts');
      if (turn !== mine) return;
      current.close();
      // What the page has loaded already is given to it: it imports nothing of that.
      current = httpTransport(
        [base, bounded, bodyOf, sockets, under, readBody, encodeFrame, MurmurationError],
        retryAt,
      );
      current.open(listener);
    } catch {
      // Without a network its script may not come; sockets go on trying by themselves.
      const next = retryAt ?? platform.clock.now() + pause;
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
