import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { HttpMonitor } from '@murmuration/serving/monitor/http-monitor';
import { afterEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../seeded-random.ts';
import { predictionOf, windowOf } from './predictions.ts';

interface Asked {
  readonly path: string;
  readonly body: { readonly number?: number; readonly id?: string };
}

let server: Server | undefined;
afterEach(() => server?.close());

/** A coordinator that answers as `answer` says. */
async function open(answer: (asked: Asked, response: ServerResponse) => void) {
  const all: Asked[] = [];
  server = createServer(async (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked = { path: request.url!, body: JSON.parse(Buffer.concat(chunks).toString()) };
    all.push(asked);
    answer(asked, response);
  });
  await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve));
  const clock = new VirtualClock(0);
  const heard: string[] = [];
  const monitor = new HttpMonitor(
    { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: 'secret' },
    {
      clock,
      random: seededRandom(1),
      events: {
        feedback: result => heard.push(result),
        lost: count => heard.push(`lost ${count}`),
        fault: (_, error) => heard.push(String(error).replace(/.*\[/, '[')),
      },
    },
  );
  const waitingLater = async () => {
    await clock.advance(60_000);
    return monitor.waiting;
  };
  return { monitor, all, heard, waitingLater };
}

const end = (response: ServerResponse, status: number, body: object = {}) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

describe('a monitor elsewhere', () => {
  it('gets windows in order, again where it was away or its answer was lost, with the same numbers', async () => {
    let failures = 2;
    const { monitor, all, waitingLater } = await open((_, response) => {
      if (failures-- > 0) response.destroy();
      else end(response, 200);
    });
    for (const number of [1, 2, 3]) monitor.window(windowOf(number, [predictionOf(`${number}`)]));
    await expect.poll(() => all.length).toBe(1);
    await expect.poll(waitingLater).toBe(0);
    expect(all.map(({ body }) => body.number)).toEqual([1, 1, 1, 2, 3]);
  });

  it('gets outcomes that came while it was away, after the windows that they belong to', async () => {
    let isAway = true;
    const { monitor, all, heard, waitingLater } = await open((_, response) =>
      end(response, isAway ? 503 : 200, { result: 'joined' }),
    );
    monitor.window(windowOf(1, [predictionOf('p')]));
    expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('queued');
    isAway = false;
    await expect.poll(waitingLater).toBe(0);
    expect(all.slice(-2).map(({ path }) => path)).toEqual(['/v1/monitor/windows', '/v1/feedback']);
    expect(heard).toContain('queued');
    expect(await monitor.feedback({ id: 'q', outcome: 1 })).toBe('joined');
  });

  it.each([
    [404, 'request.not-found'],
    [409, 'feedback.conflict'],
    [400, 'inference.input'],
    [403, 'inference.unavailable'],
    [418, 'inference.answer'],
  ])('that answers %i is understood as %s, with its words', async (status, code) => {
    const { monitor } = await open((_, response) => end(response, status, { error: 'Its words.' }));
    if (code === 'inference.unavailable') {
      // The token may be put right: the outcome waits.
      expect(await monitor.feedback({ id: 'p', outcome: 1 })).toBe('queued');
      return;
    }
    await expect(monitor.feedback({ id: 'p', outcome: 1 })).rejects.toMatchObject({
      code,
      detail: expect.stringContaining('Its words.'),
    });
  });

  it.each([
    [400, '[inference.input]'],
    // It speaks of a model that the token is not for: windows behind it may not.
    [403, '[inference.forbidden]'],
  ])('that refuses a window for good, by %i, gets the next one', async (status, code) => {
    const { monitor, all, heard } = await open(({ body }, response) =>
      end(response, body.number === 1 ? status : 200),
    );
    monitor.window(windowOf(1, []));
    monitor.window(windowOf(2, []));
    await expect.poll(() => monitor.waiting).toBe(0);
    expect(all.map(({ body }) => body.number)).toEqual([1, 2]);
    expect(heard).toEqual(['lost 1', code]);
  });

  it('is owed a bounded number of windows and outcomes', async () => {
    const { monitor, heard } = await open((_, response) => response.destroy());
    for (let number = 1; number <= 700; number++) monitor.window(windowOf(number, []));
    expect(monitor.waiting).toBe(600);
    expect(heard.filter(each => each === 'lost 1').length).toBe(100);
  });

  it('gets what waits at the end', async () => {
    const { monitor, all } = await open((_, response) => end(response, 200));
    monitor.window(windowOf(1, []));
    monitor.window(windowOf(2, []));
    await monitor.close();
    expect(all).toHaveLength(2);
  });
});
