import { FederatedClient } from '@murmuration/client-sdk/node';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken, type Right } from '@murmuration/serving/access/tokens';
import { coordinatorModels } from '@murmuration/serving/source/coordinator';
import { afterEach, describe, expect, it } from 'vitest';
import { lineOptions } from '../../e2e/line.ts';
import { type Target, targets } from '../network/target.ts';

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});
const openTarget = targets(close => cleanUp.push(close));

const past = '2020-01-01T00:00:00Z';
function tokenWith(
  rights: readonly Right[],
  expiresAt: string | null = null,
  models: readonly string[] | null = null,
) {
  const { text, ...listed } = mintInferenceToken(systemRandom, native);
  return { text, listed: { ...listed, name: 'test', rights, expiresAt, models } };
}
const reader = tokenWith(['read']);
const asker = tokenWith(['predict', 'manage', 'feedback', 'monitor']);
const expired = tokenWith(['read'], past);
const unlisted = tokenWith(['read']);
const own = tokenWith(['read'], null, ['line', 'other']);
const others = tokenWith(['read'], null, ['other']);
const tokens = [reader, asker, expired, own, others].map(({ listed }) => listed);

const open = (config: object = { reading: 'tokens' }) => openTarget({ inference: { tokens }, ...config });

/** What these answer says nothing of a model; the messages of a connection take its own token. */
const saysNothing = /^\/((v2\/)?health(\/(live|ready))?|ping|v1\/wasm\/.*|v1\/connection\/messages)$/;

/** Routes that are read, of the coordinator's own description: whoever adds one finds it here. */
async function readRoutes({ url }: Target): Promise<readonly string[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  return Object.entries(paths)
    .filter(([path, methods]) => 'get' in methods && !saysNothing.test(path))
    .map(([path]) => path);
}

/** Those that give out what `reading` is about. */
const ofModels = [
  '/metrics',
  '/v1/tasks',
  '/v1/tasks/{task}',
  '/v1/tasks/{task}/rounds',
  '/v1/tasks/{task}/models',
  '/v1/tasks/{task}/model.json',
  '/v1/tasks/{task}/{weights}',
  '/v1/models/{model}/model.json',
  '/v1/models/{model}/{weights}',
];

/** The same address of something that there is, and of something that there is not. */
function addressesOf(path: string, model: string, file: string): readonly [there: string, nowhere: string] {
  const filled = (values: Record<string, string>) =>
    path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '1').replace('*', 'x');
  const nothing = 'f'.repeat(64);
  return [
    filled({ task: 'line', name: 'line', model, weights: `${file}.bin` }),
    filled({ task: 'none', name: 'none', model: nothing, weights: `${nothing}.bin` }),
  ];
}

const show = (text?: string): RequestInit =>
  text === undefined ? {} : { headers: { authorization: `Bearer ${text}` } };

/** The version that the task serves, and its file of weights, as a reader finds them. */
async function versionOf({ url }: Target) {
  const response = await fetch(`${url}/v1/tasks/line/model.json`, show(reader.text));
  const model = response.headers.get('etag')!.slice(1, -1);
  const json = (await response.json()) as { weightsManifest: { paths: string[] }[] };
  return { model, file: json.weightsManifest[0]!.paths[0]!.slice(0, 64) };
}

describe('whoever may not read models', () => {
  it.each([
    ['shows no token', undefined, 401],
    ['shows a token of nobody', unlisted.text, 401],
    ['shows one that has expired', expired.text, 401],
    [
      'changes the last letter of one',
      `${reader.text.slice(0, -1)}${reader.text.endsWith('A') ? 'B' : 'A'}`,
      401,
    ],
    ['shows one of other rights', asker.text, 403],
  ])('%s: MD9: no route tells of a model, nor whether it is there', async (_, text, status) => {
    const target = await open();
    const { model, file } = await versionOf(target);
    const routes = await readRoutes(target);
    expect(routes).toEqual(expect.arrayContaining(ofModels));
    const answered: string[] = [];
    // What programs ask models over has rights of its own.
    for (const path of text === asker.text ? ofModels : routes) {
      const answers = [];
      for (const address of addressesOf(path, model, file))
        for (const method of ['GET', 'HEAD']) {
          const response = await fetch(target.url + address, { method, ...show(text) });
          const body = await response.text();
          const { instance, ...said } = body.startsWith('{') ? JSON.parse(body) : { body };
          expect([undefined, address], path).toContain(instance);
          expect(JSON.stringify(said)).not.toMatch(new RegExp(`${model}|${file}|weightsManifest`));
          expect(response.headers.get('etag'), path).toBe(null);
          answers.push([method, response.status, said]);
        }
      const refusals = answers.map(([, code]) => code);
      if (!refusals.every(code => code === status)) answered.push(`${path}: ${refusals}`);
      expect(answers.slice(0, 2), path).toEqual(answers.slice(2));
    }
    expect(answered).toEqual([]);
    expect(target.faults).toEqual([]);
  });

  it('finds a model that it has named in If-None-Match, or a part of it, no more than any other', async () => {
    const target = await open();
    const { model, file } = await versionOf(target);
    for (const headers of [
      { 'if-none-match': `"${file}"` },
      { range: 'bytes=0-1' },
      { 'if-none-match': '*' },
    ])
      for (const path of [`/v1/models/${model}/${file}.bin`, `/v1/tasks/line/${file}.bin`, '/v1/tasks'])
        expect((await fetch(target.url + path, { headers })).status).toBe(401);
  });

  it('shows a token for other tasks: MD9: finds none of this one by name, hash or list, nor figures of all', async () => {
    const target = await open();
    const { model, file } = await versionOf(target);
    const routes = [...ofModels, '/v1/tasks/{task}/vocabulary'];
    for (const path of routes) {
      const [there] = addressesOf(path, model, file);
      const ask = (text: string) => fetch(target.url + there, show(text));
      const [free, mine, refused] = [await ask(reader.text), await ask(own.text), await ask(others.text)];
      // The address is said back.
      const said = (await refused.text()).replace(there, '');
      expect(said).not.toMatch(new RegExp(`${model}|${file}|weightsManifest`));
      const expected = path === '/v1/tasks' ? 200 : path.startsWith('/v1/models/') ? 404 : 403;
      expect([path, refused.status]).toEqual([path, expected]);
      expect([path, mine.status]).toEqual([path, path === '/metrics' ? 403 : free.status]);
      if (path === '/v1/tasks') expect(JSON.parse(said).tasks).toEqual([]);
    }
    const none = await fetch(`${target.url}/v1/models/${'f'.repeat(64)}/model.json`, show(others.text));
    const hidden = await fetch(`${target.url}/v1/models/${model}/model.json`, show(others.text));
    const words = async (response: Response) => (await response.json()).detail;
    expect(await words(hidden)).toBe(await words(none));
    expect((await (await fetch(`${target.url}/v1/tasks`, show(own.text))).json()).tasks).toHaveLength(1);
  });

  it('finds no token in what the coordinator tells of refusals', async () => {
    const told: string[] = [];
    const target = await open();
    target.coordinator.events.on('refused', (...said) => told.push(JSON.stringify(said)));
    for (const { text } of [asker, expired, unlisted]) {
      const response = await fetch(`${target.url}/v1/tasks`, show(text));
      told.push(await response.text());
    }
    expect(told).toHaveLength(6);
    for (const { text } of [asker, expired, unlisted]) expect(told.join()).not.toContain(text.slice(4));
  });
});

describe('whoever may read models', () => {
  it('MD9: gets each file, which only its own cache keeps', async () => {
    const target = await open();
    const { model, file } = await versionOf(target);
    for (const [path, cache] of [
      ['/v1/tasks', 'private, no-cache'],
      ['/v1/tasks/line/model.json', 'private, no-cache'],
      [`/v1/tasks/line/${file}.bin`, 'private, max-age=31536000, immutable'],
      [`/v1/models/${model}/model.json`, 'private, max-age=31536000, immutable'],
      [`/v1/models/${model}/${file}.bin`, 'private, max-age=31536000, immutable'],
    ] as const) {
      const response = await fetch(target.url + path, show(reader.text));
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([path, 200, cache]);
    }
    expect((await fetch(`${target.url}/v2/models/line/ready`, show(reader.text))).status).toBe(403);
  });

  it('is anybody, as long as the configuration says nothing else', async () => {
    const target = await open({});
    for (const text of [undefined, unlisted.text])
      expect((await fetch(`${target.url}/v1/tasks/line/model.json`, show(text))).status).toBe(200);
  });

  it('is an inference server elsewhere that has the token, and no other', async () => {
    const { url } = await open();
    await expect(coordinatorModels(url)).rejects.toMatchObject({ code: 'inference.unauthenticated' });
    const source = await coordinatorModels(url, undefined, undefined, reader.text);
    cleanUp.push(() => source.close());
    const { files } = (await source.content(await source.resolve('line'))) as { files: { weights: object } };
    expect(files.weights).toHaveLength(2);
  });

  it('is a device whose app has the token: it takes part in a round, and one without does not', async () => {
    const cohort = { goal: 1, minimum: 1, overSelection: 1 };
    const target = await openTarget({ reading: 'tokens', inference: { tokens } }, {}, { cohort });
    await target.coordinator.start();
    const run = (readToken: string | undefined, until: (client: FederatedClient) => Promise<string>) => {
      const client = new FederatedClient({ ...lineOptions(target.url, 0), ...(readToken && { readToken }) });
      const end = until(client);
      void client.start();
      return end.finally(() => client.stop());
    };
    const refused = await run(
      undefined,
      client => new Promise(resolve => client.on('error', ({ code }) => resolve(code))),
    );
    const counted = await run(
      reader.text,
      client =>
        new Promise(resolve => client.on('round', ({ phase }) => phase === 'counted' && resolve(phase))),
    );
    expect(refused).toBe('inference.unauthenticated');
    expect(counted).toBe('counted');
  });
});
