import type { Cancel } from '@murmuration/protocol/time/clock';
import type { ControlTransport, TransportListener, TransportPlatform } from './transport.ts';

/**
 * Returns plain HTTP for when sockets have not opened: both are tried in turn until one connects; once plain
 * HTTP has, it stays. The next try of sockets is at `retryAt`, ms since 1970.
 */
export function insteadOfSockets(
  http: ControlTransport,
  sockets: ControlTransport,
  { clock, online }: TransportPlatform,
  retryAt: number,
): ControlTransport {
  let current = http;
  let cancel: Cancel = () => {};
  const waitUntil = (time: number, work: () => void) => {
    const go = () => {
      cancel();
      work();
    };
    const stop = clock.at(time, go);
    const unwatch = online?.(go);
    cancel = () => {
      stop();
      unwatch?.();
    };
  };
  const tryHttp = (listener: TransportListener, next: number) => {
    let isThere = false;
    current = http;
    http.open({
      ...listener,
      connecting() {
        if (isThere) listener.connecting?.();
      },
      message(...args) {
        isThere = true;
        listener.message(...args);
      },
      failed(at) {
        if (isThere) return listener.failed?.(at);
        http.close();
        waitUntil(next, () => trySockets(listener));
        listener.failed?.(next);
      },
    });
  };
  const trySockets = (listener: TransportListener) => {
    current = sockets;
    sockets.open({
      ...listener,
      failed(at) {
        sockets.close();
        tryHttp(listener, at);
      },
    });
  };
  return {
    open: listener => tryHttp(listener, retryAt),
    close() {
      cancel();
      current.close();
    },
    request: (...args) => current.request(...args),
  };
}
