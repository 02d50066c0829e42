import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { checkInference } from '@murmuration/cli/doctor/listening';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { nextWordModel } from '@murmuration/demo-keyboard-app/task/model';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClient } from '../../unit/serving/server/grpc-client.ts';
import { type Target, targets } from './target.ts';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

const { proof } = mintToken('operator', systemRandom, native);
const operatorTokens = [{ id: proof.id, name: 'an operator', role: 'viewer', sha256: hex(proof.digest) }];
const size = { vocabulary: 16, embedding: 8, gru: 12, dense: null };

/** A coordinator on loopback that has no inference token. */
const open = (config: object = {}) =>
  openTarget(
    { inference: { grpc: { port: 0 } }, ...config },
    {},
    { name: 'keyboard', model: () => nextWordModel(size, 1), plan: { learningRate: 1 } },
  );

/** Passes bytes on as they are, as `kubectl port-forward`, an SSH tunnel and a plain proxy do; its address. */
async function relayTo({ url }: Target): Promise<string> {
  const relay = createServer(socket => {
    const on = connect(Number(new URL(url).port), '127.0.0.1');
    socket.pipe(on).pipe(socket);
    for (const each of [socket, on]) each.on('error', () => {});
    cleanUp.push(() => socket.destroy());
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  cleanUp.push(() => relay.close());
  return `http://localhost:${(relay.address() as AddressInfo).port}`;
}

const prediction = { inputs: [{ name: 'ids', shape: [1, 2], datatype: 'INT32', data: [1, 2] }] };
const asked = {
  '/v2/models/keyboard/infer': prediction,
  '/v1/feedback': { id: 'an id that nobody has', outcome: 1 },
} as const;

const statusOf = (url: string, path: keyof typeof asked, headers: Record<string, string> = {}) =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = request(url + path, { method: 'POST', headers, agent: false }, response => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(asked[path]));
  });

describe('whoever comes by a relay on the machine of a coordinator', () => {
  it.each([
    ['an operator token', { operatorTokens }],
    ['a public address', { publicUrl: 'https://learn.example.org' }],
    ['a trusted proxy', { trustedProxies: ['10.0.0.1'] }],
  ])('is asked for a token where that has %s, though it is told localhost', async (_, config) => {
    const target = await open(config);
    for (const url of [await relayTo(target), target.url]) {
      for (const path of Object.keys(asked) as (keyof typeof asked)[])
        expect([path, await statusOf(url, path, { host: 'localhost' })]).toEqual([path, 401]);
    }
    const client = new GrpcClient(target.coordinator.grpc!);
    cleanUp.push(() => client.close());
    const tensor = { name: 'ids', shape: [1, 2], datatype: 'INT32', contents: { int_contents: [1, 2] } };
    expect(await client.refused('ModelInfer', { model_name: 'keyboard', inputs: [tensor] }, {})).toMatch(
      /^UNAUTHENTICATED/,
    );
    expect(checkInference(parseConfig({ openEnrolment: true, ...config }), false).state).toBe(
      'operatorTokens' in config ? 'warning' : 'ok',
    );
  });

  it.each([
    'via',
    'x-real-ip',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-client-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'cdn-loop',
    'x-original-url',
  ])('is asked for one where the relay says so: %s', async header => {
    const target = await open();
    expect(await statusOf(target.url, '/v2/models/keyboard/infer', { [header]: '10.0.0.1' })).toBe(401);
    expect(await statusOf(target.url, '/v2/models/keyboard/infer')).toBe(200);
  });

  it('is let in elsewhere, which the start and doctor say', async () => {
    const target = await open();
    expect(await statusOf(await relayTo(target), '/v2/models/keyboard/infer')).toBe(200);
    expect(checkInference(parseConfig({ openEnrolment: true }), false)).toMatchObject({
      state: 'warning',
      says: expect.stringContaining('a port that is passed on'),
    });
    expect(checkInference(parseConfig({ openEnrolment: true }), true)).toMatchObject({ state: 'ok' });
  });
});
