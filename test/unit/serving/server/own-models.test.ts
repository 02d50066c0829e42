import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken, type Right, rights, tokensSchema } from '@murmuration/serving/access/tokens';
import { afterEach, describe, expect, it } from 'vitest';
import { GrpcClient } from './grpc-client.ts';
import type { ModelFolder } from './models.ts';
import { openWorld, type World } from './world.ts';

const minted = (models: string[] | null, ...allowed: Right[]) => {
  const { text, ...entry } = mintInferenceToken(systemRandom, native);
  return { text, entry: { ...entry, name: 'test', rights: allowed, models } };
};
const own = minted(['a'], ...rights);
const all = minted(null, ...rights);
const several = minted(['b', 'a'], 'predict');

let world: World;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open() {
  const put = (folder: ModelFolder, name: string) =>
    folder.putEcho(name, 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]);
  world = await openWorld(
    async folder => {
      for (const name of ['a', 'b']) await put(folder, name);
    },
    { tokens: [own, all, several].map(({ entry }) => entry), grpc: { port: 0 }, preload: 'all' },
  );
  closing.push(() => world.close());
}

const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] });
const answer = (method: string, path: string, { text } = own, sent: string | undefined = body) =>
  world.ask(method, path, method === 'GET' ? undefined : sent, { authorization: `Bearer ${text}` });
const status = async (...args: Parameters<typeof answer>) => (await answer(...args)).status;
const json = async (...args: Parameters<typeof answer>) => (await answer(...args)).json();

const asked: (readonly [string, (name: string) => string, string?])[] = [
  ['POST', name => `/v2/models/${name}/infer`],
  ['POST', name => `/v2/models/${name}/versions/1/infer`],
  ['GET', name => `/v2/models/${name}`],
  ['GET', name => `/v2/models/${name}/ready`],
  ['GET', name => `/v2/models/${name}/stats`],
  ['GET', name => `/v2/models/${name}/config`],
  ['POST', name => `/v2/repository/models/${name}/load`, ''],
  ['GET', name => `/v1/models/${name}`],
  ['GET', name => `/v1/models/${name}/labels/latest/metadata`],
  ['POST', name => `/v1/models/${name}:predict`, '{"instances":[1]}'],
  ['POST', name => `/invocations?model=${name}`, '{"instances":[1]}'],
  ['POST', name => `/v2/repository/models/${name}/unload`, ''],
];

describe('a token that names models', () => {
  it('is refused with a sentence for any other, whether or not that is there, over all protocols of HTTP', async () => {
    await open();
    for (const [method, path, sent = body] of asked) {
      for (const other of ['b', 'nothing']) {
        const refused = await answer(method, path(other), own, sent);
        expect([path(other), refused.status]).toEqual([path(other), 403]);
        expect((await refused.json()).error).toBe(
          `This is about the model ${other}; the token is only for a.`,
        );
      }
      expect([path('b'), await status(method, path('b'), all, sent)]).toEqual([path('b'), 200]);
      expect([path('a'), await status(method, path('a'), own, sent)]).toEqual([path('a'), 200]);
    }
    expect(await status('POST', '/v2/models/b/infer', several)).toBe(503);
  });

  it('finds no other in lists, and asks its only one without naming it', async () => {
    await open();
    for (const [path, field] of [
      ['/v2/models', 'models'],
      ['/v1/models', 'models'],
      ['/v2/models/stats', 'model_stats'],
    ] as const) {
      const names = async (token = own) =>
        (await json('GET', path, token))[field].map((each: string | { name: string }) =>
          typeof each === 'string' ? each : each.name,
        );
      expect([path, await names()]).toEqual([path, ['a']]);
      expect([path, (await names(all)).toSorted()]).toEqual([path, ['a', 'b']]);
    }
    expect(await json('POST', '/v2/repository/index', own, '')).toMatchObject([{ name: 'a' }]);
    expect(await json('POST', '/v2/repository/index', all, '')).toHaveLength(2);
    expect(await status('POST', '/invocations', own, '{"instances":[1]}')).toBe(200);
    expect(await status('POST', '/invocations', all, '{"instances":[1]}')).toBe(404);
    // The figures are of all models.
    expect([await status('GET', '/metrics'), await status('GET', '/metrics', all)]).toEqual([403, 200]);
  });

  it('is held to them over gRPC', async () => {
    await open();
    const client = new GrpcClient(world.grpc!);
    closing.push(() => client.close());
    const infer = (name: string) => ({
      model_name: name,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } }],
    });
    for (const [call, request] of [
      ['ModelInfer', infer],
      ['ModelReady', (name: string) => ({ name })],
      ['ModelMetadata', (name: string) => ({ name })],
      ['ModelConfig', (name: string) => ({ name })],
      ['ModelStatistics', (name: string) => ({ name })],
      ['RepositoryModelLoad', (name: string) => ({ model_name: name })],
      ['RepositoryModelUnload', (name: string) => ({ model_name: name })],
    ] as const) {
      const [token, free] = [{ token: own.text }, { token: all.text }];
      for (const other of ['b', 'nothing'])
        expect([call, await client.refused(call, request(other), token)]).toEqual([
          call,
          `PERMISSION_DENIED This is about the model ${other}; the token is only for a.`,
        ]);
      expect([call, await client.refused(call, request('a'), token)]).toEqual([call, 'answered']);
      expect([call, await client.refused(call, request('b'), free)]).toEqual([call, 'answered']);
    }
    const names = async (token: string) => {
      const { models } = await client.ask('RepositoryIndex', {}, { token });
      return models.map(({ name }: { name: string }) => name);
    };
    expect([await names(own.text), await names(all.text)]).toEqual([['a'], ['a', 'b']]);
  });

  it('is refused where it names none, too many, or what is no name', () => {
    for (const models of [[], [''], ['x'.repeat(129)], Array(101).fill('m'), 'a'])
      expect(tokensSchema.safeParse([{ ...own.entry, models }]).success).toBe(false);
  });
});
