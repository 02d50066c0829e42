import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FederatedClient, memoryStorage } from '@murmuration/client-sdk/node';
import { bulkTransport } from '@murmuration/client-sdk/transport/bulk';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../../unit/client-sdk/device.ts';
import { assignmentOf, id, MemoryCoordinator } from '../../unit/client-sdk/memory-coordinator.ts';
import { codeOf, codeOfPromise } from '../../unit/codes.ts';

const never = new AbortController().signal;
const token = new Uint8Array(32).fill(7);
let servers: Server[] = [];

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

describe('an answer that leads a device elsewhere', () => {
  it.each([301, 302, 303, 307, 308])('with %i is followed for no model and no update', async status => {
    const reached: (string | undefined)[] = [];
    const elsewhere = await serve(({ url }, response) => {
      reached.push(url);
      response.end('{}');
    });
    const here = await serve((request, response) => {
      request.resume();
      response.writeHead(status, { location: `${elsewhere}${request.url}` }).end();
    });
    const http = bulkTransport(new URL(here));
    expect(await codeOfPromise(http.download('/v1/models/a/model.json', 1_000, never))).toBe(
      'server.unreachable',
    );
    const rights = { token, signature: undefined };
    const upload = http.upload('/v1/rounds/r/updates/a', rights, new Uint8Array(100), never);
    expect(await codeOfPromise(upload)).toBe('server.unreachable');
    expect(reached).toEqual([]);
  });
});

describe('a coordinator that has devices come back at once', () => {
  it.each(['check-in', 'round-end'] as const)(
    'by its %s gets a few check-ins a second, not hundreds',
    async by => {
      const clock = new VirtualClock();
      const coordinator = new MemoryCoordinator(clock);
      if (by === 'check-in')
        coordinator.answers['check-in'] = () => ({ decision: 'later', after: 0, reason: 'come back' });
      else
        coordinator.answers['check-in'] = () => {
          const assignment = assignmentOf(clock, `r${coordinator.asked['check-in'].length}`);
          coordinator.send('assignment', assignment);
          const { round } = assignment;
          coordinator.send('round-end', {
            round: id(round),
            outcome: 'failed',
            reason: 'come back',
            after: 0,
          });
          return { decision: 'waiting' };
        };
      const tasks = { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } };
      const { client } = deviceOn(coordinator, clock, memoryStorage(), tasks);
      await client.start();
      coordinator.connect();
      await clock.advance(10_000);
      await client.stop();
      expect(coordinator.asked['check-in'].length).toBeGreaterThan(10);
      expect(coordinator.asked['check-in'].length).toBeLessThan(41);
    },
  );
});

describe('a coordinator that challenges a device again and again', () => {
  it('ID2: on one connection hears a few signatures a second, not hundreds', async () => {
    const clock = new VirtualClock();
    const coordinator = new MemoryCoordinator(clock);
    const tasks = { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } };
    const { client } = deviceOn(coordinator, clock, memoryStorage(), tasks);
    await client.start();
    for (let time = 0; time < 2_000; time += 10) {
      coordinator.connect();
      await clock.advance(10);
    }
    await client.stop();
    expect(coordinator.asked.hello.length).toBeGreaterThan(3);
    expect(coordinator.asked.hello.length).toBeLessThan(6);
  });
});

describe('a front and a cell that send devices to and fro', () => {
  it.each<readonly [string, (cell: MemoryCoordinator) => unknown]>([
    [
      'by ends of rounds',
      cell => {
        const end = { round: id('r1'), outcome: 'failed', reason: 'come back', after: 0 };
        cell.send('round-end', end);
        return { decision: 'waiting' };
      },
    ],
    [
      'by connections that it lets go',
      cell => {
        cell.rest();
        return { decision: 'waiting' };
      },
    ],
  ])('TK1: %s have them say hello a few times a second, not hundreds', async (_, answer) => {
    const clock = new VirtualClock();
    const front = new MemoryCoordinator(clock, true);
    const cell = new MemoryCoordinator(clock, true);
    let asked = 0;
    front.answers['check-in'] = () => {
      asked += 1;
      if (asked > 200) return { decision: 'later', after: 60_000, reason: 'enough' };
      return { decision: 'elsewhere', cell: 'http://memory.localhost:8801', ticket: 'a ticket' };
    };
    cell.answers['check-in'] = () => answer(cell);
    const tasks = { keyboard: { examples: () => ['a'], trainer: new StillTrainer() } };
    const at = ({ port }: URL) => (port === '8801' ? cell : front);
    const { client } = deviceOn(at, clock, memoryStorage(), tasks);
    await client.start();
    await clock.advance(10_000);
    await client.stop();
    expect(cell.asked['check-in'].length).toBeGreaterThan(10);
    expect(asked).toBeLessThan(41);
  });
});

describe('a coordinator that is reached without encryption', () => {
  const open = (url: string, change = {}) =>
    new FederatedClient({ url, tasks: {}, storage: memoryStorage(), enrolment: 'a token', ...change });

  it.each([
    'http://learn.example.org',
    'http://192.168.1.4:8800',
    'http://localhost.example.org',
    'http://127.0.0.1.example.org',
    'http://[::ffff:192.168.1.4]',
    'http://0x7f000001.example.org',
    'HTTP://learn.example.org',
  ])('as at %s is refused when the client is made', url => {
    expect(codeOf(() => open(url))).toBe('device.cleartext');
    expect(codeOf(() => open(url, { cleartext: 'allowed' }))).toBe('nothing thrown');
  });

  it.each([
    'http://localhost:8800',
    'http://127.0.0.1',
    'http://127.9.9.9',
    'http://[::1]:80',
    'http://app.localhost',
    'https://learn.example.org',
  ])('is not what %s says', url => {
    expect(codeOf(() => open(url))).toBe('nothing thrown');
  });
});
