import { request } from 'node:http';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { Access, type Right } from '@murmuration/serving/access/access';
import { mintInferenceToken, tokensSchema } from '@murmuration/serving/access/tokens';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelFolder } from './models.ts';
import { openWorld, type World } from './world.ts';

const minted = (rights: readonly Right[], more: object = {}) => {
  const { text, ...entry } = mintInferenceToken(systemRandom, native);
  return { text, entry: { ...entry, name: 'test', rights: [...rights], ...more } };
};

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const echo = (folder: ModelFolder) => folder.putEcho('x', 1, [{ name: 'x', datatype: 'FP32', shape: [-1] }]);
const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }] });
/** The status of a request with headers that fetch keeps to itself, such as that of the host. */
const statusWith = (
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(url + path, { method: 'POST', headers }, response => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    sent.end(body);
  });

describe('without a token', () => {
  it('whoever is on this machine predicts, and nobody loads or unloads', async () => {
    world = await openWorld(echo);
    expect((await world.ask('POST', '/v2/models/x/infer', body)).status).toBe(200);
    for (const verb of ['load', 'unload']) {
      const response = await world.ask('POST', `/v2/repository/models/x/${verb}`);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect((await world.ask('POST', '/v2/models/x/infer', body)).status).toBe(200);
  });

  it('nobody is heard from elsewhere: neither by another name, nor through a proxy, nor from a page', async () => {
    world = await openWorld(echo);
    const { url } = world;
    const path = '/v2/models/x/infer';
    for (const host of ['localhost', 'localhost:8900', '127.0.0.1', '[::1]:80'])
      expect(await statusWith(url, path, { host })).toBe(200);
    for (const host of [
      'evil.example',
      'evil.example:8900',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      '10.0.0.1',
    ])
      expect(await statusWith(url, path, { host })).toBeGreaterThanOrEqual(400);
    expect(await statusWith(url, path, { 'x-forwarded-for': '10.0.0.1' })).toBe(401);
    expect(await statusWith(url, path, { forwarded: 'for=10.0.0.1' })).toBe(401);
    expect(await statusWith(url, path, { origin: 'https://evil.example' })).toBe(401);
    expect(await statusWith(url, path, { origin: 'null' })).toBe(401);
    expect(await statusWith(url, path, { origin: 'http://localhost:5173' })).toBe(200);
  });

  it('it does not listen where other machines hear it', async () => {
    await expect(openWorld(echo, {}, { host: '0.0.0.0' })).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining('there is no inference token'),
    });
  });
});

describe('with tokens', () => {
  it('each allows what its rights say, and no other text counts as one', async () => {
    const [predict, manage] = [minted(['predict']), minted(['manage'])];
    world = await openWorld(echo, { tokens: [predict.entry, manage.entry] });
    const { ask } = world;
    const status = async (path: string, authorization?: string) =>
      (await ask('POST', path, body, authorization === undefined ? {} : { authorization })).status;
    expect(await status('/v2/models/x/infer', `Bearer ${predict.text}`)).toBe(200);
    expect(await status('/v2/models/x/infer', `Bearer ${manage.text}`)).toBe(403);
    expect(await status('/v2/repository/models/x/unload', `Bearer ${predict.text}`)).toBe(403);
    expect(await status('/v2/repository/models/x/unload', `Bearer ${manage.text}`)).toBe(200);
    expect(await status('/v2/repository/models/x/load', `Bearer ${manage.text}`)).toBe(200);
    const changed = predict.text.slice(0, -1) + (predict.text.endsWith('A') ? 'B' : 'A');
    const strangers = [
      undefined,
      '',
      'Bearer',
      predict.text,
      `Basic ${predict.text}`,
      `Bearer ${changed}`,
      `Bearer ${predict.text} `,
      `Bearer ${predict.entry.id}`,
      `Bearer ${predict.entry.sha256}`,
      `Bearer mmi_${manage.entry.id}${predict.text.slice(20)}`,
      `Bearer mmo_${predict.text.slice(4)}`,
    ];
    // A header's white space at the end is no part of it.
    for (const stranger of strangers)
      for (const path of [
        '/v2/models/x/infer',
        '/v1/models/x:predict',
        '/invocations',
        '/v2/repository/index',
        '/v2/repository/models/x/unload',
      ])
        expect(await status(path, stranger), `${path} ${stranger}`).toBe(
          stranger?.endsWith(`${predict.text} `) ? await status(path, `Bearer ${predict.text}`) : 401,
        );
  });

  it('nothing but health is open', async () => {
    world = await openWorld(echo, { tokens: [minted(['predict']).entry] });
    for (const path of ['/v2/health/live', '/v2/health/ready', '/ping'])
      expect((await world.ask('GET', path)).status).toBe(200);
    for (const path of [
      '/v2',
      '/v2/models',
      '/v2/models/x',
      '/v2/models/x/ready',
      '/v2/models/x/stats',
      '/v2/models/x/config',
      '/v2/models/stats',
      '/v1/models',
      '/v1/models/x',
      '/v1/models/x/metadata',
      '/metrics',
      '/version',
    ])
      expect([path, (await world.ask('GET', path)).status]).toEqual([path, 401]);
  });

  it('that may monitor read the figures, those of the process among them, and ask no model', async () => {
    const [monitor, feedback] = [minted(['monitor']), minted(['feedback'])];
    const opened = await openWorld(echo, { tokens: [monitor.entry, feedback.entry] });
    world = opened;
    const as = (path: string, { text }: { readonly text: string }) =>
      opened.ask('GET', path, undefined, { authorization: `Bearer ${text}` });
    const figures = await as('/metrics', monitor);
    expect(figures.status).toBe(200);
    expect(await figures.text()).toMatch(/^process_cpu_seconds_total \d/m);
    expect((await as('/v2/models', monitor)).status).toBe(403);
    const refused = await as('/metrics', feedback);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('This needs the right monitor or predict');
  });

  it('end when they say, and are used as often as they say', () => {
    const clock = new VirtualClock();
    const [brief, slow] = [
      minted(['predict'], { expiresAt: new Date(clock.now() + 1_000).toISOString() }),
      minted(['predict'], { rate: { perSecond: 2 } }),
    ];
    const access = new Access(tokensSchema.parse([brief.entry, slow.entry]), { primitives: native, clock });
    const use =
      ({ text }: { readonly text: string }) =>
      () =>
        access.admit(
          { authorization: `Bearer ${text}`, host: 'any', isForeign: true, isLocal: false },
          'predict',
        );
    expect(use(brief)).not.toThrow();
    clock.jump(clock.now() + 1_000);
    expect(use(brief)).toThrow(expect.objectContaining({ code: 'inference.unauthenticated' }));
    expect(use(slow)).not.toThrow();
    expect(use(slow)).not.toThrow();
    expect(use(slow)).toThrow(expect.objectContaining({ code: 'request.too-often', after: 500 }));
    clock.jump(clock.now() + 500);
    expect(use(slow)).not.toThrow();
  });

  it('has a quota, of which refused requests take nothing', async () => {
    const clock = new VirtualClock();
    const bounds = { rate: { perSecond: 2 }, quota: { requests: 4 } };
    const { text, entry } = minted(['predict'], bounds);
    const access = new Access(tokensSchema.parse([entry]), { primitives: native, clock });
    const wait = () => {
      try {
        access.admit({ authorization: `Bearer ${text}`, isForeign: false, isLocal: false }, 'predict');
        return 0;
      } catch (error) {
        return (error as MurmurationError).after;
      }
    };
    expect([wait(), wait(), wait(), wait()]).toEqual([0, 0, 500, 500]);
    await clock.advance(10_000);
    expect([wait(), wait(), wait()]).toEqual([0, 0, 500]);
    await clock.advance(10_000);
    // A quarter of a day brings back one.
    const quarter = 6 * 3_600_000;
    expect(wait()).toBe(quarter - 20_000);
    await clock.advance(quarter - 20_000);
    expect(wait()).toBe(0);
    expect(wait()).toBe(quarter);
  });
});
