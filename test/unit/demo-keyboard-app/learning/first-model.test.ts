import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { firstModel } from '@murmuration/demo-keyboard-app/src/learning/first-model';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { contentHash, encodeModel } from '@murmuration/protocol/weights/model-files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const model = encodeModel(
  {},
  layoutOf([{ name: 'table', shape: [2, 3] }]),
  Float32Array.of(1, 2, 3, 4, 5, 6),
);

let server: Server;
let url: string;
let asked: string[];
let files: Map<string, string | Uint8Array>;

beforeEach(async () => {
  asked = [];
  const path = modelPath(model.hash);
  files = new Map<string, string | Uint8Array>([
    ['/v1/tasks/keyboard/models?limit=1', JSON.stringify({ models: [{ model: model.hash }] })],
    [path, model.json],
    [path.replace('model.json', `${model.weightsHash}.bin`), model.weights],
  ]);
  server = createServer(({ url: path = '' }, response) => {
    asked.push(path);
    const file = files.get(path);
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('the model that a page begins with', () => {
  it('is the newest one, asked for once and kept for later pages', async () => {
    const storage = memoryStorage();
    const read = firstModel(url, 'keyboard', storage);
    const [first, again] = await Promise.all([read(), read()]);
    expect(first).toEqual({ json: model.json, weights: model.weights });
    expect(again).toBe(first);
    expect(asked).toHaveLength(3);
    files.clear();
    expect(await firstModel(url, 'keyboard', storage)()).toEqual(first);
    expect(asked).toHaveLength(3);
  });

  it('brings its n-grams, which are kept with it, and none of an earlier one', async () => {
    const ngrams = Uint8Array.of(1, 2, 3);
    const beside = { hash: contentHash(ngrams), bytes: ngrams.length };
    const layout = layoutOf([{ name: 'table', shape: [2, 3] }]);
    const other = encodeModel({}, layout, new Float32Array(6), undefined, undefined, beside);
    const path = modelPath(other.hash);
    files.set('/v1/tasks/keyboard/models?limit=1', JSON.stringify({ models: [{ model: other.hash }] }));
    files.set(path, other.json);
    files.set(path.replace('model.json', `${other.weightsHash}.bin`), other.weights);
    files.set(path.replace('model.json', `${beside.hash}.bin`), ngrams);
    const storage = memoryStorage();
    const whole = { json: other.json, weights: other.weights, ngrams };
    expect(await firstModel(url, 'keyboard', storage)()).toEqual(whole);
    expect(await firstModel(url, 'keyboard', storage)()).toEqual(whole);
    // As after a page that was closed in the middle of storing it.
    await storage.delete('app.first-model.json');
    files.set('/v1/tasks/keyboard/models?limit=1', JSON.stringify({ models: [{ model: model.hash }] }));
    const without = { json: model.json, weights: model.weights };
    expect(await firstModel(url, 'keyboard', storage)()).toEqual(without);
    expect(await firstModel(url, 'keyboard', storage)()).toEqual(without);
  });

  it('is asked for again where there was none', async () => {
    const read = firstModel(url, 'keyboard', memoryStorage());
    const list = '/v1/tasks/keyboard/models?limit=1';
    const listed = files.get(list)!;
    files.set(list, JSON.stringify({ models: [] }));
    await expect(read()).rejects.toMatchObject({ code: 'server.unreachable' });
    files.set(list, listed);
    expect(await read()).toEqual({ json: model.json, weights: model.weights });
  });

  it('is nothing but what its hash says', async () => {
    const storage = memoryStorage();
    files.set(modelPath(model.hash), '{}');
    await expect(firstModel(url, 'keyboard', storage)()).rejects.toMatchObject({ code: 'model.corrupt' });
    expect(await storage.get('app.first-model.json')).toBeUndefined();
  });
});
