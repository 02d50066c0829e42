import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Origin } from '@murmuration/serving/source/origin';
import { afterEach, describe, expect, it } from 'vitest';

let server: Server | undefined;
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function originThat(answers: RequestListener): Promise<Origin> {
  server = createServer(answers).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Origin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, new VirtualClock());
}

describe('a coordinator elsewhere', () => {
  it('is told apart by what it refuses with', async () => {
    const answer = JSON.stringify({ code: 'model.missing', detail: 'There is no such model.' });
    const origin = await originThat((_, response) => void response.writeHead(404).end(answer));
    await expect(origin.bytes('/v1/tasks', 100)).rejects.toMatchObject({ code: 'model.missing' });
  });

  it.each([200, 500])('is read no further than it may answer, with the status %i', async status => {
    const block = Buffer.alloc(1 << 20, ' ');
    const all = 64;
    let sent = 0;
    const origin = await originThat((_, response) => {
      response.writeHead(status);
      const more = () => {
        if (response.destroyed) return;
        // Whoever reads all that comes would fill the memory of this test.
        if (sent === all) return void response.end();
        sent += 1;
        if (response.write(block)) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    await expect(origin.bytes('/v1/tasks', 1_000)).rejects.toMatchObject({
      code: status === 200 ? 'model.corrupt' : 'server.unreachable',
    });
    expect(sent).toBeLessThan(all / 2);
  });
});
