import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PublicClient } from '@murmuration/cli/client/public-client';
import { afterEach, beforeEach, expect, it } from 'vitest';

const groups = [
  { devices: 20, contributors: 19, norm: 0.5, distance: 0.1, failure: null },
  { devices: 20, contributors: 3, norm: null, distance: null, failure: 'Too few.' },
];

let server: Server;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ number: 3, groups }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

const clientWith = (env: NodeJS.ProcessEnv) =>
  new PublicClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, env);

it('are asked for with a token', async () => {
  expect(await clientWith({ MURMURATION_TOKEN: 'secret' }).groups('line', 3)).toEqual(groups);
  expect(asked).toEqual(['/v1/admin/tasks/line/rounds/3 Bearer secret']);
});

it('are not asked for without one', async () => {
  expect(await clientWith({}).groups('line', 3)).toBeNull();
  expect(asked).toEqual([]);
});
