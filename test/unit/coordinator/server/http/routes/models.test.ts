import { createHash } from 'node:crypto';
import * as tf from '@murmuration/engine/tfjs/tf';
import { encodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectProblem, openRoutes, type Scene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await openRoutes();
});

afterEach(() => scene.close());

describe('model files', () => {
  let url: string;
  let etag: string;
  const size = 16;

  beforeEach(async () => {
    const { models } = (await scene.get('/v1/tasks/values/models')).json();
    const [group] = (await scene.get(models[0].url)).json().weightsManifest;
    url = models[0].url.replace('model.json', group.paths[0]);
    etag = `"${group.paths[0].slice(0, 64)}"`;
  });

  const down = () => scene.traffic.of(scene.task.name).down;

  it('may be kept for ever', async () => {
    const response = await scene.get(url);
    expect(response.headers).toMatchObject({
      etag,
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      'content-type': 'application/octet-stream',
      'content-length': '16',
    });
    expect(response.rawPayload).toEqual(Buffer.alloc(size));
  });

  it.each([
    [{ 'if-none-match': 'ETAG' }, 304, 0],
    [{ 'if-none-match': '"other", W/ETAG' }, 304, 0],
    [{ 'if-none-match': '*' }, 304, 0],
    [{ 'if-none-match': '"other"' }, 200, 16],
    [{ range: 'bytes=4-7' }, 206, 4],
    [{ range: 'bytes=4-' }, 206, 12],
    [{ range: 'bytes=-4' }, 206, 4],
    [{ range: 'bytes=0-99' }, 206, 16],
    [{ range: 'bytes=0-1,8-9' }, 200, 16],
    [{ range: 'lines=0-1' }, 200, 16],
    [{ range: 'nonsense' }, 200, 16],
    [{ range: 'bytes=4-7', 'if-range': 'ETAG' }, 206, 4],
    [{ range: 'bytes=4-7', 'if-range': '"other"' }, 200, 16],
  ])('answer %j with %i, and count what they send', async (headers, status, bytes) => {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('ETAG', etag)]),
    );
    const before = down();
    const response = await scene.get(url, sent);
    expect(response.statusCode).toBe(status);
    expect(response.rawPayload).toHaveLength(bytes);
    expect(down() - before).toBe(bytes);
    if (status === 206) expect(response.headers['content-range']).toMatch(/^bytes \d+-\d+\/16$/);
    if (status === 304) expect(response.headers.etag).toBe(etag);
  });

  it.each(['bytes=16-', 'bytes=7-4'])('refuse the range %s, which no cache may keep', async range => {
    const before = down();
    const response = await scene.get(url, { range });
    expectProblem(response, 416, 'request.range');
    expect(response.headers['content-range']).toBe('bytes */16');
    expect(response.headers['cache-control']).toBe('no-store');
    expect(down() - before).toBe(0);
  });

  it('answer HEAD with no body, which counts as none', async () => {
    const before = down();
    const response = await scene.app.inject({ method: 'HEAD', url });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-length']).toBe('16');
    expect(response.rawPayload).toHaveLength(0);
    expect(down()).toBe(before);
  });

  it('belong to their version', async () => {
    const [, , , model] = url.split('/');
    expectProblem(await scene.get(`/v1/models/${model}/${'0'.repeat(64)}.bin`), 404, 'model.missing');
    expectProblem(await scene.get(url.replace(model!, '0'.repeat(64))), 404, 'model.missing');
  });

  it('are for pages of the origins that are listed', async () => {
    const listed = await scene.get(url, { origin: 'https://app.example' });
    expect(listed.headers['access-control-allow-origin']).toBe('https://app.example');
    expect(listed.headers['access-control-expose-headers']).toMatch(/etag/);
    const other = await scene.get(url, { origin: 'https://evil.example' });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('the address of what a task serves', () => {
  const address = '/v1/tasks/values/model.json';

  /** Another version of the task, which an operator has devices serve. */
  async function promote(value: number) {
    const { registry, history, task, versionAliases } = scene;
    const { head, files } = await registry.current(task.name);
    const weights = new Float32Array(files.layout.count).fill(value);
    const { hash } = await registry.store(files.topology, files.layout, weights);
    const version = { ...head.version, model: hash, number: head.version.number + 1, parent: files.hash };
    await history.commit({ head: { version, state: head.state } });
    await versionAliases.set(task.name, 'champion', version.number, 'somebody');
    return hash;
  }

  const filesAt = async () => {
    const response = await scene.get(address);
    const [{ paths }] = response.json().weightsManifest;
    return { response, weights: address.replace('model.json', paths[0]) };
  };

  it('stays the same from one version to the next, of which it has the files beside it', async () => {
    const [{ model }] = (await scene.get('/v1/tasks/values/models')).json().models;
    const first = await filesAt();
    expect(first.response.headers).toMatchObject({
      etag: `"${model}"`,
      'cache-control': 'no-cache',
      'content-type': 'application/json',
    });
    expect(first.response.body).toBe((await scene.get(`/v1/models/${model}/model.json`)).body);
    expect((await scene.get(first.weights)).rawPayload).toEqual(Buffer.alloc(16));
    expect((await scene.get(address, { 'if-none-match': `"${model}"` })).statusCode).toBe(304);
    const next = await promote(1);
    const changed = await scene.get(address, { 'if-none-match': `"${model}"` });
    expect([changed.statusCode, changed.headers['etag']]).toEqual([200, `"${next}"`]);
    const second = await filesAt();
    expect((await scene.get(second.weights)).rawPayload).toEqual(
      Buffer.from(new Float32Array(4).fill(1).buffer),
    );
    // Whoever read model.json a moment ago.
    const before = await scene.get(first.weights);
    expect(before.rawPayload).toEqual(Buffer.alloc(16));
    expect(before.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    await scene.versionAliases.rollBack(scene.task.name, 0, 'somebody');
    expect((await scene.get(address)).headers['etag']).toBe(`"${model}"`);
  });

  it('is what tf.loadLayersModel takes', async () => {
    await promote(0.5);
    const handler = tf.io.http(`http://memory.localhost${address}`, {
      fetchFunc: (async (url: string) => {
        const { statusCode, rawPayload, headers } = await scene.get(new URL(url).pathname);
        const type = { 'content-type': `${headers['content-type']}` };
        return new Response(new Uint8Array(rawPayload), { status: statusCode, headers: type });
      }) as typeof fetch,
    });
    const { weightData, weightSpecs } = await handler.load!();
    expect(weightSpecs).toMatchObject([{ name: 'dense/kernel' }]);
    expect(new Float32Array([weightData as ArrayBuffer].flat()[0]!)).toEqual(new Float32Array(4).fill(0.5));
  });

  it('knows no other task, and no file that none of its versions has', async () => {
    expectProblem(await scene.get('/v1/tasks/other/model.json'), 404, 'task.unknown');
    expectProblem(await scene.get(`/v1/tasks/other/${'0'.repeat(64)}.bin`), 404, 'task.unknown');
    expectProblem(await scene.get(`/v1/tasks/values/${'0'.repeat(64)}.bin`), 404, 'model.missing');
  });
});

describe('what a plan names beside the weights of a version', () => {
  it('RD21: is a file of that version, by its content', async () => {
    const { models } = (await scene.get('/v1/tasks/values/models')).json();
    const c = Float32Array.of(1, 2, 3, 4);
    const hash = await scene.registry.storeBeside(models[0].model, c);
    const url = models[0].url.replace('model.json', `${hash}.bin`);
    const response = await scene.get(url);
    expect(response.rawPayload).toEqual(Buffer.from(c.buffer));
    expect(response.headers).toMatchObject({
      etag: `"${hash}"`,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expectProblem(await scene.get(url.replace(models[0].model, '0'.repeat(64))), 404, 'model.missing');
  });
});

describe('the smaller weights of a version', () => {
  it('are a file beside the others, named by its content, which may be kept for ever', async () => {
    await scene.close();
    scene = await openRoutes({ serving: { weights: 'int8' } });
    const { models } = (await scene.get('/v1/tasks/values/models')).json();
    const { weightsManifest, smallerWeightsManifest } = (await scene.get(models[0].url)).json();
    const [{ paths, weights }] = smallerWeightsManifest;
    expect(weights).toMatchObject([{ name: 'dense/kernel', quantization: { dtype: 'uint8' } }]);
    const url = models[0].url.replace('model.json', paths[0]);
    const response = await scene.get(url);
    expect(response.rawPayload).toEqual(Buffer.alloc(4));
    const hash = createHash('sha256').update(response.rawPayload).digest('hex');
    expect(paths).toEqual([`${hash}.bin`]);
    expect(response.headers).toMatchObject({
      etag: `"${hash}"`,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await scene.get(url, { 'if-none-match': `"${hash}"` })).statusCode).toBe(304);
    expect((await scene.get(url, { range: 'bytes=1-2' })).rawPayload).toHaveLength(2);
    const all = await scene.get(models[0].url.replace('model.json', weightsManifest[0].paths[0]));
    expect(all.rawPayload).toEqual(Buffer.alloc(16));
  });
});

describe('the n-grams of a version', () => {
  const ngrams = encodeNgrams([{ ids: [5], count: 7 }], { classes: 9, firstClass: 4, threshold: 3 });

  it('MD7: are a file beside the weights, named by its content, which may be kept for ever', async () => {
    await scene.close();
    scene = await openRoutes({ serving: { ngrams } });
    const { models } = (await scene.get('/v1/tasks/values/models')).json();
    const { ngramCounts } = (await scene.get(models[0].url)).json();
    const hash = createHash('sha256').update(ngrams).digest('hex');
    expect(ngramCounts).toEqual({ path: `${hash}.bin`, bytes: ngrams.length });
    const url = models[0].url.replace('model.json', ngramCounts.path);
    const response = await scene.get(url);
    expect(response.rawPayload).toEqual(Buffer.from(ngrams));
    expect(response.headers).toMatchObject({
      etag: `"${hash}"`,
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect((await scene.get(url, { 'if-none-match': `"${hash}"` })).statusCode).toBe(304);
    expect((await scene.get(url, { range: 'bytes=1-2' })).rawPayload).toHaveLength(2);
  });

  it('MD8: are refused with the task where no device could read them', async () => {
    await expect(openRoutes({ serving: { ngrams: ngrams.subarray(1) } })).rejects.toMatchObject({
      code: 'config.invalid',
    });
  });
});
