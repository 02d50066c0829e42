import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { socketIoTransport } from '@murmuration/client-sdk/transport/socket-io';
import type { Transport } from '@murmuration/client-sdk/transport/transport';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';

/** ms that the server lets pass between two signs of life, and for which the other side waits beyond them. */
const silence = { pingInterval: 25_000, pingTimeout: 20_000 };

let server: Server;
let sockets: WebSocketServer;
let transport: Transport | undefined;
/** Ends a wait between two tries. */
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
async function listen(hear: (what: string) => void, port = 0): Promise<string> {
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
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends the server and what is connected to it. */
async function close(): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  server.closeAllConnections();
  await new Promise(resolve => server.close(resolve));
}

afterEach(async () => {
  vi.useRealTimers();
  transport?.close();
  await close();
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
    transport = socketIoTransport(new URL(url), {
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

  it('tries again after waits that double up to a minute, says when, and begins with a short one after each connection', async () => {
    const url = await listen(() => {});
    const { port } = server.address() as AddressInfo;
    await close();
    const clock = new VirtualClock();
    const failures: number[] = [];
    let [failed, challenged, ended] = [sign(), sign(), sign()];
    let retryAt = 0;
    // Each wait is as long as its base.
    const random = () => Uint8Array.of(128);
    transport = socketIoTransport(new URL(url), { clock, random });
    transport.open({
      failed: at => {
        failures.push(at - clock.now());
        failed.give();
      },
      disconnected: (_, at = 0) => {
        retryAt = at;
        ended.give();
      },
      message: () => challenged.give(),
    });
    const next = async () => {
      await failed.given;
      failed = sign();
      await clock.advance(failures.at(-1)!);
    };
    for (let i = 0; i < 8; i++) await next();
    await failed.given;
    expect(failures).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map(seconds => seconds * 1_000));
    await listen(() => {}, port);
    await clock.advance(60_000);
    await challenged.given;
    await close();
    await ended.given;
    expect(retryAt - clock.now()).toBe(1_000);
    [failed, challenged, ended] = [sign(), sign(), sign()];
    await clock.advance(1_000);
    await failed.given;
    expect(failures.at(-1)).toBe(1_000);
    transport.close();
    expect(clock.pending).toBe(0);
  });
});
