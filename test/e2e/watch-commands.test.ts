import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FederatedClient, type PlatformClient } from '@murmuration/client-sdk/node';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { loadOnnx } from '@murmuration/engine/onnx/run';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { contentHash } from '@murmuration/protocol/weights/model-files';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { RoundState } from '@murmuration/rounds/round/round';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './kept-commands.ts';
import {
  enrolmentToken,
  eventOf,
  lineClient,
  lineOptions,
  lineTask,
  lineTrainer,
  openCoordinator,
} from './line.ts';

let folder: string;
let coordinator: Coordinator;
let clients: PlatformClient[];
/** Passes everything on, but changes the weights of models. */
let forger: Server;
/** Lets a device train that waits. */
let release = () => {};

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  command(args, { MURMURATION_TOKEN: '', MURMURATION_URL: coordinator.url, ...env });

async function json<Value>(...args: string[]): Promise<Value> {
  const { code, output, errors } = await run([...args, '--json']);
  // Two seconds into its work, an export says so.
  expect([code, errors.replace('Writing the model as ONNX …\n', '')]).toEqual([0, '']);
  return JSON.parse(output) as Value;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'murmuration-watch-'));
  // The schedule leaves time to look at what is there.
  coordinator = await openCoordinator({
    cohort: { goal: 2, minimum: 2, overSelection: 1 },
    schedule: { every: '1 h' },
    deadlines: { gathering: '1 h', updates: '1 h' },
  });
  clients = [0, 1].map(index => lineClient(coordinator.url, index));
  await Promise.all(clients.map(client => client.start()));
  const ended = eventOf(coordinator.events, 'round-ended', ({ number }: RoundRecord) => number === 1);
  await coordinator.start();
  await ended;
  forger = createServer(async ({ url }, response) => {
    const bytes = Buffer.from(await (await fetch(coordinator.url + url)).arrayBuffer());
    if (url!.endsWith('.bin')) bytes[0]! ^= 1;
    response.end(bytes);
  }).listen(0, '127.0.0.1');
});

afterAll(async () => {
  forger.close();
  await Promise.all(clients.map(client => client.stop()));
  await coordinator.stop();
  await rm(folder, { recursive: true });
});

describe('commands that look at a running coordinator without a token', () => {
  it('need one to show where it stands', async () => {
    expect(await run(['status'])).toMatchObject({
      code: 3,
      output: '',
      errors: expect.stringMatching(/no operator token.*murmuration tokens create/),
    });
  });

  it('list rounds and show one', async () => {
    const [round] = await json<{ number: number; phase: string }[]>('rounds', 'line', '--before', '2');
    expect(round).toMatchObject({
      task: 'line',
      number: 1,
      phase: 'published',
      tally: { cohort: 2, accepted: 2 },
    });
    expect((await run(['rounds', '--before', '2'])).output).toMatch(
      /^line +1 +published +2 +2 +0 +0 +0 +\d/m,
    );
    const shown = await run(['rounds', 'show', '1']);
    expect(shown.output).toMatch(/^outcome +published$/m);
    expect(shown.output).toMatch(/^accepted +2$/m);
    expect(shown.output).toMatch(/^updates received +\d/m);
    expect(await run(['rounds', 'show', '99'])).toMatchObject({
      code: 4,
      errors: expect.stringMatching(/no round 99 of line/),
    });
    expect(await run(['rounds', 'nothing'])).toMatchObject({
      code: 4,
      errors: expect.stringMatching(/no task "nothing"; there is line/),
    });
  });

  it('list versions and export one, checked by its hashes', async () => {
    const models = await json<{ model: string; number: number }[]>('models');
    expect(models.map(({ number }) => number)).toEqual([1, 0]);
    for (const [meant, { model }] of [
      ['line', models[0]!],
      ['line@0', models[1]!],
      ['line@latest', models[0]!],
      ['line@champion', models[0]!],
      [models[1]!.model, models[1]!],
    ] as const) {
      const to = join(folder, `export-${meant}`);
      expect(await json('models', 'export', meant, to)).toMatchObject({ model, values: 2 });
      const manifest = await readFile(join(to, 'model.json'));
      expect(contentHash(manifest)).toBe(model);
      const [weights] = JSON.parse(manifest.toString()).weightsManifest[0].paths;
      expect(contentHash(await readFile(join(to, weights)))).toBe(weights.slice(0, 64));
      expect(await readdir(to)).toHaveLength(2);
    }
    expect(await run(['models', 'export', 'line@7', folder])).toMatchObject({ code: 4 });
    expect(await run(['models', 'export', 'line@best', folder])).toMatchObject({
      code: 3,
      errors: expect.stringMatching(/no operator token/),
    });
  });

  it('export a version as ONNX, measured, whole or not at all', async () => {
    const file = join(folder, 'exported', 'line.onnx');
    const { output } = await run(['models', 'export', 'line', file, '--as', 'onnx']);
    expect(output).toMatch(/^Exported [0-9a-f]{64}, 2 values, to .*line\.onnx: .* with float32 weights$/m);
    expect(output).toMatch(/^It takes \S+ \(float32 batch × 1\) and gives \S+ \(float32 batch × 1\)\.$/m);
    expect(output).toMatch(
      /^On 8 seeded examples its outputs differ from those of TensorFlow\.js by [\de.-]+ at most/m,
    );
    const line = await loadOnnx(await readFile(file));
    const [input] = line.inputs;
    const ask = { name: input!.name, datatype: 'FP32', shape: [2, 1], data: Float32Array.of(0, 1) } as const;
    const [answer] = await line.run([ask]);
    expect(answer).toMatchObject({ shape: [2, 1] });
    await line.close();

    const smaller = await json('models', 'export', 'line', file, '--as', 'onnx', '--int8');
    expect(smaller).toMatchObject({
      weights: 'int8',
      values: 2,
      measured: { examples: 8, sameHighest: null },
    });
    expect(await readdir(join(folder, 'exported'))).toEqual(['line.onnx']);
    for (const [options, words] of [
      [['--name', 'line-model'], /--name and --package-version need --as npm/],
      [['--as', 'onnx', '--int8', '--float16'], /cannot be used with/],
      [['--as', 'npz'], /Allowed choices are tfjs, onnx/],
    ] as const) {
      const refused = await run(['models', 'export', 'line', join(folder, 'none'), ...options]);
      expect(refused).toMatchObject({ code: 1, errors: expect.stringMatching(words) });
    }
    await expect(readdir(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('write nothing of a model that was changed on its way', async () => {
    const { port } = forger.address() as AddressInfo;
    const to = join(folder, 'forged');
    expect(await run(['models', 'export', 'line', to, '--url', `http://127.0.0.1:${port}`])).toMatchObject({
      code: 1,
      errors: expect.stringMatching(/do not match the hash/),
    });
    await expect(readdir(to)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tell by their exit code that nobody answers, or somebody else', async () => {
    expect(await run(['models', '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 5, output: '' });
    expect(await run(['models', '--url', 'nowhere'])).toMatchObject({ code: 1 });
  });
});

describe('commands that look at a running coordinator with operators', () => {
  let guarded: Coordinator;
  let as: Record<string, string>;
  const stalled: PlatformClient[] = [];

  const asked = async <Value>(...args: string[]): Promise<Value> =>
    JSON.parse((await run([...args, '--json'], as)).output) as Value;

  beforeAll(async () => {
    const { text, proof } = mintToken('operator', systemRandom, native);
    const operatorTokens = [{ id: proof.id, name: 'Ada', role: 'viewer', sha256: hex(proof.digest) }];
    guarded = await createCoordinator(
      parseConfig({ port: 0, log: 'silent', enrolmentTokens: [enrolmentToken], operatorTokens }),
      [
        lineTask({
          cohort: { goal: 2, minimum: 2, overSelection: 1 },
          schedule: { every: '1 h' },
          deadlines: { gathering: '1 h', updates: '1 h' },
        }),
      ],
    );
    as = { MURMURATION_TOKEN: text, MURMURATION_URL: guarded.url };
  });

  afterAll(async () => {
    release();
    await Promise.all(stalled.map(client => client.stop()));
    await guarded.stop();
  });

  it('show rounds and their state to operators alone', async () => {
    const stranger = { MURMURATION_URL: guarded.url };
    expect(await run(['rounds'], stranger)).toMatchObject({ code: 3, output: '' });
    expect(await asked('rounds')).toEqual([]);
    expect(await run(['status'], { ...stranger, MURMURATION_TOKEN: 'mmo_wrong' })).toMatchObject({
      code: 3,
      output: '',
    });
  });

  it('show where it stands', async () => {
    expect(await asked('status')).toMatchObject({
      tasks: [{ task: 'line', goal: 2, round: null, newest: { number: 0, metrics: null } }],
      devices: { connected: 0, enrolled: 0 },
    });
    const { output } = await run(['status'], { ...as, FORCE_COLOR: '', CI: 'true' });
    expect(output).toMatch(/^task +round +phase +counted +goal +waiting +newest +served +held-out$/m);
    expect(output).toMatch(/^line: /m);
    expect(output).toMatch(/^0 devices are connected, 0 are enrolled\.$/m);
    // Colours are for terminals alone.
    expect(output).not.toContain('\u001b');
  });

  it('count the cohort of a round under way', async () => {
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const train: typeof lineTrainer.train = (...args) => held.then(() => lineTrainer.train(...args));
    const waiting = new FederatedClient({
      ...lineOptions(guarded.url, 2),
      tasks: { line: { examples: () => [[1, 3]], trainer: { ...lineTrainer, train } } },
    });
    const half = eventOf(
      guarded.events,
      'round',
      (state: RoundState) => state.phase === 'updates' && state.cohort.count.counted === 1,
    );
    stalled.push(waiting, lineClient(guarded.url, 3));
    await Promise.all(stalled.map(client => client.start()));
    await guarded.start();
    await half;
    const cohort = { size: 2, waiting: 0, working: 1, done: 1, lost: 0, late: 0 };
    expect(await asked('status')).toMatchObject({ tasks: [{ round: { phase: 'updates', cohort } }] });
    expect((await run(['status'], as)).output).toMatch(/^line +1 +updates +1 of 2 +2 /m);
    expect(await asked('rounds', 'show', '1')).toMatchObject({ phase: 'updates', cohort });
  });
});
