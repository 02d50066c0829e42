import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { elementsOf, GrpcClient } from '../unit/serving/server/grpc-client.ts';
import { halfPlusTwo, ModelFolder } from '../unit/serving/server/models.ts';
import { PackedProcess } from './processes.ts';

const cli = 'coordinator/cli/src/cli.ts';
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
    const answer = await client.ask('ModelInfer', {
      model_name: 'half',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [3], contents: { fp32_contents: [2, 3, 4] } }],
    });
    client.close();
    expect(elementsOf(answer)).toEqual([[3, 3.5, 4]]);
    server.child.kill('SIGTERM');
    expect(await server.ended()).toBe(0);
  });

  it('asks for the token that was made for a configuration', async () => {
    const bounds = ['--expires', '1 h', '--per-second', '9', '--per-day', '1'];
    const maker = run(
      ...['tokens', 'create', '--kind', 'inference', '--for-config'],
      '--name',
      'Ada',
      '--right',
      'predict',
      '--model',
      'half',
      ...bounds,
      '--json',
    );
    expect(await maker.ended()).toBe(0);
    const { text, entry } = JSON.parse(maker.output);
    expect(entry.models).toEqual(['half']);
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
    [
      'an address of RabbitMQ that is none',
      ['inference', '--from', '.', '--rabbitmq', 'http://user:secret@localhost', '--queue', 'x'],
      /rabbitmq\.url: expected an address such as amqp:/,
    ],
    ['a queue without an address', ['inference', '--from', '.', '--queue', 'x'], /rabbitmq\.url: .*missing/],
    ['no topic', ['inference', '--from', '.', '--kafka', 'localhost:9092'], /kafka\.topic: .*missing/],
    ['a coordinator that is not there', ['inference', '--from', 'http://127.0.0.1:9'], /does not answer/],
    [
      'a right that there is not',
      ['tokens', 'create', '--kind', 'inference', '--name', 'a', '--right', 'all'],
      /predict, manage/,
    ],
  ])('says what is wrong with %s', async (_, args, message) => {
    const ended = run(...args);
    expect(await ended.ended()).not.toBe(0);
    expect(ended.errors).toMatch(message);
    expect(ended.errors).not.toContain('secret');
  });

  it('logs what it is asked, and the log is shown, checked and cleared of a person', async () => {
    const log = join(folder.path, '..', `${basename(folder.path)}-log`);
    const config = join(folder.path, 'log.json');
    const person = { in: 'header', name: 'x-user' };
    await writeFile(
      config,
      JSON.stringify({
        port: 0,
        inference: { log: { person, files: { folder: 'x', chain: 'keyed' } } },
      }),
    );
    const server = run('inference', '--from', folder.path, '--config', config, '--log', log);
    const others: PackedProcess[] = [];
    const command = async (...args: readonly string[]) => {
      const process = new PackedProcess(cli, args);
      others.push(process);
      return { code: await process.ended(), output: process.output, errors: process.errors };
    };
    try {
      const [, url = ''] = await server.printed(/served on (http:\S+)/);
      for (const user of ['Ada', 'Bob']) await predict(url, { 'x-user': user, 'x-request-id': `of-${user}` });
      await expect.poll(async () => (await command('request-log', 'show', log)).output).toContain('of-Bob');
      const shown = await command('request-log', 'show', log, '--id', 'of-Ada', '--json');
      expect(
        shown.output
          .trim()
          .split('\n')
          .map(line => JSON.parse(line).type),
      ).toEqual(['org.kubeflow.serving.inference.request', 'org.kubeflow.serving.inference.response']);
      expect(shown.output).not.toContain('"Ada"');
      // While the server runs, it does it itself.
      const asked = await command('request-log', 'forget', 'Ada', '--log', log);
      expect(asked).toMatchObject({ code: 0, output: 'Deleted what the log had of this person.\n' });
      expect((await command('request-log', 'show', log)).output).not.toContain('of-Ada');
      server.child.kill('SIGTERM');
      expect(await server.ended()).toBe(0);
      expect((await command('request-log', 'forget', 'Bob', '--log', log)).output).toBe('Deleted 2 lines.\n');
      const good = await command('request-log', 'verify', log);
      expect(good.code).toBe(0);
      expect(good.output).toMatch(/4 of them were deleted by request\.\nlast line: \d+:[0-9a-f]{64}\n$/);
      const [first] = (await readdir(log)).filter(name => name.endsWith('.gz')).sort();
      await rm(join(log, first!));
      const bad = await command('request-log', 'verify', log);
      expect(bad).toMatchObject({ code: 1 });
      expect(bad.output).toContain('missing');
    } finally {
      for (const { child } of others) child.kill('SIGKILL');
      await rm(log, { recursive: true, force: true });
      await rm(`${log}.key`, { force: true });
    }
  });
});
