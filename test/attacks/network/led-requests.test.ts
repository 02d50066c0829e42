import { once } from 'node:events';
import { connect } from 'node:net';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type App, createApp } from '@murmuration/coordinator/http/app';
import { leadToCells } from '@murmuration/coordinator/http/lead-to-cells';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { CoordinatorEvents } from '@murmuration/rounds/events/events';
import { trustProxies } from '@murmuration/rounds/limits/address';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heard, targets } from './target.ts';

const open = targets(afterEach);
const task = 'line' as TaskName;
let app: App;
let front: string;

beforeEach(async () => {
  const cell = await open();
  app = await createApp({
    events: new CoordinatorEvents(),
    clock: systemClock,
    cors: [],
    limits: parseConfig({ openEnrolment: true }).limits,
    trustedProxies: trustProxies([]),
  });
  await leadToCells(app, { places: new Map([[task, { task, cell: cell.url, said: null }]]) });
  front = await app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(() => app.close());

/** What a stranger hears from the front for these lines. */
async function answerTo(lines: readonly string[], body = ''): Promise<string> {
  const { port, hostname } = new URL(front);
  const socket = connect({ port: Number(port), host: hostname });
  await once(socket, 'connect');
  const answer = heard(socket);
  socket.write(`${[...lines, 'Host: x', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  return answer;
}

describe('a request that a front leads to a cell', () => {
  it.each([
    '/v1/tasks/line/../../../health/live',
    '/v1/tasks/line/%2e%2e/.%2E/../health/live',
    '/v1/tasks/line/..\\..\\..\\health\\live',
    '/v1/tasks/line/../../admin/tasks/line',
    '/v1/tasks/line/..#',
    '//127.0.0.1/v1/tasks/line',
    'http://127.0.0.1/v1/tasks/line',
  ])('reaches nothing there but what is of its task, by %s', async path => {
    expect(await answerTo([`GET ${path} HTTP/1.1`])).toMatch(/^HTTP\/1\.1 (400|404) /);
  });

  it.each(['GET', 'HEAD'])('by %s takes nothing of the next one for its body', async method => {
    const body = 'GET /health/live HTTP/1.1\r\nHost: x\r\nX: ';
    const lines = [`${method} /v1/tasks/line HTTP/1.1`, `Content-Length: ${body.length}`];
    expect(await answerTo(lines, body)).toMatch(/^HTTP\/1\.1 200 /);
    // Of somebody else, on the same connection to the cell.
    const next = await fetch(`${front}/v1/tasks/line/rounds`);
    expect([next.status, await next.json()]).toEqual([200, { rounds: [] }]);
  });
});
