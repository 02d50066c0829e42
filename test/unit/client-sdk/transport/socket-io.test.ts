import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { socketIoTransport } from '@murmuration/client-sdk/transport/socket-io';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';

/** ms that the server lets pass between two signs of life, and for which the other side waits beyond them. */
const silence = { pingInterval: 25_000, pingTimeout: 20_000 };

let server: Server;
let sockets: WebSocketServer;
let transport: Transport | undefined;
/** Ends the library's back-off. */
let wake: () => void;

/** A promise, and what fulfils it. */
function sign() {
  let give = () => {};
  const given = new Promise<void>(resolve => {
    give = resolve;
  });
  return { give, given };
}

/** As much of Engine.IO 4 and Socket.IO 5 as opens connections and tells what comes on them: `open`, or a request's event. */
async function listen(hear: (what: string) => void): Promise<string> {
  server = createServer();
  sockets = new WebSocketServer({ server, path: `${socketPath}/` });
  sockets.on('connection', socket => {
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      const packet = data.toString();
      const what = packet === '40' ? 'open' : /\["(.*?)"/.exec(packet)?.[1];
      if (what) hear(what);
      if (packet !== '40') return;
      socket.send(`40${JSON.stringify({ sid: 'socket' })}`);
      socket.send(`42${JSON.stringify(['challenge', null])}`);
    });
    socket.send(`0${JSON.stringify({ sid: 'engine', upgrades: [], maxPayload: 1e6, ...silence })}`);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  vi.useRealTimers();
  transport?.close();
  sockets.close();
  server.closeAllConnections();
  server.close();
});

describe('a transport over socket.io', () => {
  it('ID3: sends nothing on a connection that was asked for on the one before', async () => {
    const heard: string[] = [];
    const [greeted, ended] = [sign(), sign()];
    let challenged = sign();
    const url = await listen(what => {
      heard.push(what);
      if (what === 'hello') greeted.give();
    });
    transport = socketIoTransport(url, {
      clock: systemClock,
      random: systemRandom,
      online(again) {
        wake = again;
        return () => {};
      },
    });
    transport.open({ disconnected: ended.give, message: () => challenged.give() });
    await challenged.given;
    // A device that slept: its timers stood still, and the first thing that it does is to send.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + silence.pingInterval + silence.pingTimeout + 1 });
    const refused = expect(transport.request('keys', Uint8Array.of(1))).rejects.toMatchObject({
      code: 'server.no-answer',
      retryable: true,
    });
    await ended.given;
    challenged = sign();
    wake();
    await challenged.given;
    void transport.request('hello', Uint8Array.of(2)).catch(() => {});
    await greeted.given;
    expect(heard).toEqual(['open', 'open', 'hello']);
    await refused;
  });
});
