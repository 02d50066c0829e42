import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GrpcClient } from '../unit/serving/grpc-client.ts';
import { halfPlusTwo, ModelFolder } from '../unit/serving/models.ts';
import { PackedProcess } from './processes.ts';

const cli = 'cli/src/cli.ts';
let folder: ModelFolder;
let running: PackedProcess | undefined;

beforeAll(async () => {
  folder = await ModelFolder.create();
  await folder.put('half', 1, await halfPlusTwo());
});

afterEach(async () => {
  running?.child.kill('SIGKILL');
  await running?.ended();
  running = undefined;
});

afterAll(() => folder.remove());

const run = (...args: readonly string[]) => {
  running = new PackedProcess(cli, args);
  return running;
};
const predict = async (url: string, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({ instances: [2, 3, 4] });
  const response = await fetch(`${url}/v1/models/half:predict`, { method: 'POST', body, headers });
  return response.ok ? response.json() : response.status;
};

describe('murmuration inference', () => {
  it('serves a folder, and ends when it is told to', async () => {
    const server = run('inference', '--from', folder.path, '--port', '0');
    const [, url = ''] = await server.printed(/served on (http:\S+)/);
    expect(await predict(url)).toEqual({ predictions: [3, 3.5, 4] });
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(server.errors).toMatch(/^Loaded half, version 1, in \d+ ms: \d+ bytes, /);
  });

  it('serves over gRPC on a port of its own, as the option and the configuration say', async () => {
    const config = join(folder.path, 'grpc.json');
    await writeFile(config, JSON.stringify({ port: 0, inference: { grpc: { port: 1, host: '127.0.0.1' } } }));
    const server = run('inference', '--from', folder.path, '--config', config, '--grpc', '0');
    const [, url = '', address = ''] = await server.printed(/served on (http:\S+) and by gRPC on (\S+)/);
    expect(await predict(url)).toEqual({ predictions: [3, 3.5, 4] });
    const client = new GrpcClient(address);
    const { outputs } = await client.ask('ModelInfer', {
      model_name: 'half',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [3], contents: { fp32_contents: [2, 3, 4] } }],
    });
    client.close();
    expect(outputs[0].contents.fp32_contents).toEqual([3, 3.5, 4]);
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });

  it('asks for the token that inference-token has made', async () => {
    const bounds = ['--expires', '1 h', '--per-second', '9', '--per-day', '1'];
    const maker = run('inference-token', '--name', 'Ada', '--right', 'predict', ...bounds, '--json');
    expect(await maker.ended()).toBe(0);
    const { text, entry } = JSON.parse(maker.output);
    expect(Date.parse(entry.expiresAt) - systemClock.now()).toBeGreaterThan(3_000_000);
    const config = join(folder.path, 'config.json');
    await writeFile(
      config,
      JSON.stringify({ host: '127.0.0.1', port: 0, inference: { tokens: [entry], preload: ['half'] } }),
    );
    const server = run('inference', '--from', folder.path, '--config', config);
    const [, url = ''] = await server.printed(/served on (http:\S+)/);
    expect(await predict(url)).toBe(401);
    expect(await predict(url, { authorization: `Bearer ${text}` })).toEqual({ predictions: [3, 3.5, 4] });
    // Its quota is used up.
    expect(await predict(url, { authorization: `Bearer ${text}` })).toBe(429);
  });

  it('turns texts into tensors by a transformer', async () => {
    const module = join(folder.path, 'transformer.mjs');
    await writeFile(
      module,
      `export default {
        inputs: [{ name: 'number', datatype: 'BYTES', shape: [-1] }],
        outputs: [{ name: 'answer', datatype: 'BYTES', shape: [-1] }],
        input: ([{ data, shape }]) => ({
          inputs: [{ name: 'x', datatype: 'FP32', shape, data: Float32Array.from(data, bytes => Number(new TextDecoder().decode(bytes))) }],
        }),
        output: ([{ data, shape }]) => [
          { name: 'answer', datatype: 'BYTES', shape, data: Array.from(data, value => new TextEncoder().encode('It is ' + value)) },
        ],
      };`,
    );
    const server = run('inference', '--from', folder.path, '--port', '0', '--transformer', `half=${module}`);
    const [, url = ''] = await server.printed(/served on (http:\S+)/);
    const body = JSON.stringify({
      inputs: [{ name: 'number', datatype: 'BYTES', shape: [2], data: ['4', '5'] }],
    });
    const response = await fetch(`${url}/v2/models/half/infer`, { method: 'POST', body });
    expect((await response.json()).outputs[0].data).toEqual(['It is 4', 'It is 4.5']);
  });

  it.each([
    ['no source', ['inference'], /required option '-f, --from/],
    ['a folder that is not there', ['inference', '--from', '/nowhere/at/all'], /neither a URL nor a folder/],
    ['a port that is none', ['inference', '--from', '.', '--port', 'x'], /The configuration: port/],
    [
      'a port of gRPC that is none',
      ['inference', '--from', '.', '--grpc', 'x'],
      /The configuration: inference\.grpc\.port/,
    ],
    [
      'an address without a token',
      ['inference', '--from', '.', '--host', '0.0.0.0', '--port', '0'],
      /no inference token/,
    ],
    ['a transformer that is none', ['inference', '--from', '.', '--transformer', 'x'], /NAME=MODULE/],
    ['a coordinator that is not there', ['inference', '--from', 'http://127.0.0.1:9'], /does not answer/],
    ['a right that there is not', ['inference-token', '--name', 'a', '--right', 'all'], /predict, manage/],
  ])('says what is wrong with %s', async (_, args, message) => {
    const ended = run(...args);
    expect(await ended.ended()).not.toBe(0);
    expect(ended.errors).toMatch(message);
  });
});
