import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { encodeFrame } from '@murmuration/protocol/messages/frame';
import { under } from './address.ts';
import { readBody } from './bulk.ts';
import { httpTransport } from './http.ts';
import { Inflow } from './inflow.ts';
import { nativeBulk } from './native-bulk.ts';
import { nativeExchange } from './native-exchange.ts';
import { findNativeProblem } from './native-problem.ts';
import { socketIoTransport } from './socket-io.ts';
import type { ControlTransport, Transport, TransportName, TransportPlatform } from './transport.ts';

/**
 * Returns the transport of a name on React Native, like `namedTransport`, with plain HTTP in the bundle, over
 * XMLHttpRequest. Calls `name`, `auto` by default, each time that it is opened.
 */
export function nativeTransport(
  base: URL,
  platform: TransportPlatform,
  name: () => TransportName | undefined,
): Transport {
  const bounded = { inflow: new Inflow(platform.clock), ...platform };
  const sockets = socketIoTransport(base, bounded);
  const overHttp = (retryAt?: number) =>
    httpTransport(
      [base, bounded, undefined, sockets, under, readBody, encodeFrame, MurmurationError, nativeExchange],
      retryAt,
    );
  let current: ControlTransport = sockets;
  return {
    ...sockets,
    ...nativeBulk(base, platform),
    findProblem: () => findNativeProblem(base, platform.clock),
    open(listener) {
      current.close();
      const by = name() ?? 'auto';
      current = by === 'http' ? overHttp() : sockets;
      const failed = (retryAt: number) => {
        current.close();
        current = overHttp(retryAt);
        current.open(listener);
      };
      current.open(by === 'auto' ? { ...listener, failed } : listener);
    },
    close: () => current.close(),
    request: (...args) => current.request(...args),
  };
}
