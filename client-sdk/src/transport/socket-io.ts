import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type CoordinatorEvents,
  coordinatorEvents,
  type DeviceEvents,
  socketPath,
} from '@murmuration/protocol/messages/channel';
import type { Cancel } from '@murmuration/protocol/time/clock';
import { io, type Socket } from 'socket.io-client';
import { type BodyOf, httpTransport } from './http.ts';
import type { Transport, TransportPlatform } from './transport.ts';

/** ms after which a request without an answer is given up. */
const answerLimit = 20_000;
/** Back-off between tries to connect: from one second to a minute, each half as much more or less at random. */
const backOff = { reconnectionDelay: 1_000, reconnectionDelayMax: 60_000, randomizationFactor: 0.5 } as const;

/** ms after which to come back when the coordinator has closed the connection, half as much more or less at random. */
const comeBack = 4_000;

/** socket.io for control, `fetch` for bulk. */
export function socketIoTransport(
  url: string,
  { clock, random, online }: TransportPlatform,
  bodyOf?: BodyOf,
): Transport {
  let cancel: Cancel = () => {};
  let unwatch: Cancel | undefined;
  const socket: Socket<CoordinatorEvents, DeviceEvents> = io(url, {
    path: socketPath,
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    ...backOff,
  });
  return {
    ...httpTransport(url, bodyOf),
    open(listener) {
      socket.on('disconnect', reason => {
        listener.disconnected(reason);
        // The library leaves it to the app to come back after the server has closed a connection.
        if (reason === 'io server disconnect')
          cancel = clock.at(clock.now() + comeBack * (0.5 + random(1)[0]! / 256), () => socket.connect());
      });
      for (const event of coordinatorEvents)
        socket.on(event, (frame: Uint8Array | ArrayBuffer) => listener.message(event, bytesOf(frame)));
      // The library's back-off of up to a minute ends there and then.
      unwatch = online?.(() => {
        if (!socket.connected) socket.disconnect().connect();
      });
      socket.connect();
    },
    close() {
      cancel();
      unwatch?.();
      socket.removeAllListeners();
      socket.disconnect();
    },
    async request(event, frame) {
      if (!socket.connected)
        throw new MurmurationError('server.unreachable', 'The connection to the coordinator is gone.');
      try {
        const answer = socket.timeout(answerLimit).emitWithAck(event, frame);
        // The library keeps it for the next connection where this one has been silent for too long; there it would come before the hello.
        socket.sendBuffer.length = 0;
        return bytesOf(await answer);
      } catch (cause) {
        throw new MurmurationError('server.no-answer', undefined, { cause });
      }
    },
  };
}

/** Browsers hand out binary messages as ArrayBuffers; whatever else came is left to who reads it. */
function bytesOf(frame: Uint8Array | ArrayBuffer): Uint8Array {
  return frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
}
