import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { baseOf, under } from '@murmuration/client-sdk/transport/address';
import { findProblem } from '@murmuration/client-sdk/transport/find-problem';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { afterEach, describe, expect, it } from 'vitest';

const servers: (Server | TcpServer)[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen<Any extends Server | TcpServer>(server: Any): Promise<string> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = (answer: RequestListener) => listen(createServer(answer));
const found = (url: string, clock = new VirtualClock()) => {
  const base = baseOf(url) as URL;
  return findProblem(base, under(base, '/health/live'), clock);
};

describe('what keeps a device from its coordinator', () => {
  it('is that nothing listens there', async () => {
    const server = createTcpServer();
    const host = await listen(server);
    await new Promise(resolve => server.close(resolve));
    expect(await found(`http://${host}`)).toEqual({
      problem: 'refused',
      detail: `Nothing listens at ${host}. Check that the coordinator runs, and the port in the "url" of the client.`,
    });
  });

  it('is a host that there is not', async () => {
    // No name at all, for which nobody has to be asked.
    expect(await found('https://-/learn')).toMatchObject({ problem: 'unknown-host' });
  });

  it('is a host that says nothing for ten seconds', async () => {
    const clock = new VirtualClock();
    let asked = () => {};
    const isAsked = new Promise<void>(resolve => {
      asked = resolve;
    });
    const host = await answering(() => asked());
    const search = found(`http://${host}`, clock);
    await isAsked;
    await clock.advance(10_000);
    expect(await search).toMatchObject({ problem: 'silent' });
    expect(clock.pending).toBe(0);
  });

  it('is a server without TLS where there should be one', async () => {
    const host = await answering((_, response) => response.end());
    expect(await found(`https://${host}`)).toMatchObject({ problem: 'tls' });
  });

  it.each<[string, RequestListener]>([
    ['a page', (_, response) => response.end('<html>Welcome</html>')],
    ['nothing', (_, response) => response.writeHead(204).end()],
    ['that there is nothing', (_, response) => response.writeHead(404).end('{"name":"murmuration"}')],
    ['the health of another program', (_, response) => response.end('{"status":"ok"}')],
    ['no object', (_, response) => response.end('null')],
    ['where else to look', (_, response) => response.writeHead(302, { location: '/login' }).end()],
    [
      'no end of things',
      (_, response) => {
        const more = () => {
          while (response.write(Buffer.alloc(65_536)));
          response.once('drain', more);
        };
        more();
      },
    ],
  ])('is a server that answers %s', async (_, answer) => {
    expect(await found(`http://${await answering(answer)}`)).toMatchObject({ problem: 'another-server' });
  });

  it('is the way of the WebSocket where the coordinator answers, under its path too', async () => {
    const host = await answering((request, response) => {
      if (request.url === '/learn/health/live') response.end('{"status":"ok","name":"murmuration"}');
      else response.writeHead(404).end();
    });
    const { problem, detail } = await found(`http://${host}/learn`);
    expect(problem).toBe('no-websocket');
    expect(detail).toContain(`http://${host}/learn answers`);
    expect(await found(`http://${host}/`)).toMatchObject({ problem: 'another-server' });
  });
});
