import { once } from 'node:events';
import { connect } from 'node:net';
import { isErrorCode } from '@murmuration/protocol/errors/errors';
import { socketPath } from '@murmuration/protocol/messages/channel';
import { BareSocket } from './bare-socket.ts';
import { mutateBytes } from './mutate.ts';
import { hexOf } from './tally.ts';
import type { World } from './world.ts';

/** Packets that Engine.IO and Socket.IO know, and some that come near. */
const packets = [
  '2',
  '3',
  '4',
  '40',
  '41',
  '42',
  '43',
  '44',
  '45',
  '46',
  '6',
  '7',
  '1',
  '0',
  'b',
  'bAAAA',
  '40/admin,',
  '40/__proto__,{}',
  '42["check-in"]',
  '42["error"]',
  '42["disconnect"]',
  '420["hello",{}]',
  '42[5]',
  '42[]',
  '42{}',
  '42["hello"',
  '451-["hello",{"_placeholder":true,"num":0}]',
  '451-0["hello",{"_placeholder":true,"num":9}]',
  '4510-["hello"]',
  '459999999999-["hello"]',
  '45-["x"]',
  '451.5-["x"]',
  '45-1-["x"]',
  '4599-',
  '431[]',
  '43999999999999999999[null]',
  '461-1[{"_placeholder":true,"num":0}]',
  '44"no"',
  '44{"message":"no"}',
  '41/x,',
  '40{"token":"x"}',
  '42["__proto__",{"__proto__":{"a":1}}]',
] as const;

/** Writes packets and bytes that make no sense into open sockets. */
export async function fuzzPackets(world: World): Promise<void> {
  const { dice, tally } = world;
  while (!tally.isDone) {
    const socket = await BareSocket.open(world.url);
    for (let left = 1 + dice.below(20); left > 0 && socket.isOpen && !tally.isDone; left--) {
      const packet = dice.pick(packets);
      const garbled = dice.chance(0.4)
        ? packet
        : Buffer.from(mutateBytes(dice, Buffer.from(packet))).toString('utf8');
      const data = dice.chance(0.2) ? dice.bytes(dice.below(dice.chance(0.01) ? 3_000_000 : 300)) : garbled;
      tally.sent('packet', data);
      socket.write(data);
      const answer = await socket.probe();
      if (answer.type === 'silence')
        tally.silent(`packet ${typeof data === 'string' ? JSON.stringify(data) : hexOf(data)}`);
      if (answer.type === 'closed') tally.closed += 1;
    }
    await socket.close();
  }
}

const requests = [
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/9.9\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://other.example/v1/tasks HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET //v1//tasks?%00 HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n',
  'PUT /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a":',
  `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
  `GET /${'z'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(1_000)}\r\n`,
  'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n',
  `GET ${socketPath}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  `GET ${socketPath}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 5\r\n\r\n`,
  `GET ${socketPath}/?EIO=3&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  `GET ${socketPath}/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n`,
  `POST ${socketPath}/?EIO=4&transport=websocket&sid=x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
] as const;

/** ms for which an answer is waited for. */
const patience = 60_000;

/** Writes bytes that are hardly HTTP, each into a connection of its own. */
export async function fuzzBytes(world: World): Promise<void> {
  const { dice, tally } = world;
  while (!tally.isDone) {
    const text = Buffer.from(dice.pick(requests), 'latin1');
    const bytes = dice.chance(0.4) ? text : mutateBytes(dice, text);
    tally.sent('bytes', bytes);
    const answer = await exchange(world.url, bytes);
    if (answer === undefined) tally.silent(`bytes ${hexOf(bytes)}`);
    else if (answer === '') tally.closed += bytes.length > 0 ? 1 : 0;
    else if (/^HTTP\/1\.1 [45]/.test(answer)) {
      const code = /"code":"([^"]+)"/.exec(answer)?.[1];
      // The parser has refused it, or a route has: taken for not decoded either way.
      tally.answered(isErrorCode(code) ? code : answer, false, () => hexOf(bytes));
    } else tally.answered(undefined, false, () => '');
  }
}

/** What comes back before the connection is closed; undefined where it is not closed. */
async function exchange(url: string, bytes: Uint8Array): Promise<string | undefined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setTimeout(patience);
  socket.on('error', () => {});
  socket.on('data', part => {
    answer += part.toString('latin1');
  });
  const timedOut = once(socket, 'timeout').then(() => true);
  const closed = once(socket, 'close').then(() => false);
  socket.end(bytes);
  if (await Promise.race([timedOut, closed])) {
    socket.destroy();
    return undefined;
  }
  return answer;
}
