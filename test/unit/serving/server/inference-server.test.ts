import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { type ErrorCode, errors, type MurmurationError } from '@murmuration/protocol/errors/errors';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { systemTurns } from '@murmuration/serving/adapters/system-turns';
import { inferenceSchema, serverSettings } from '@murmuration/serving/assembly/settings';
import { layersRuntime } from '@murmuration/serving/runtime/layers';
import { layersContent, type Runtime } from '@murmuration/serving/runtime/runtime';
import type { InferenceEvents } from '@murmuration/serving/server/events';
import { InferenceServer } from '@murmuration/serving/server/inference-server';
import type { Batching, InferenceLimits, Memory } from '@murmuration/serving/server/settings';
import { folderModels } from '@murmuration/serving/source/folder';
import { afterEach, describe, expect, it } from 'vitest';
import { HeldRuntime } from './held-runtime.ts';
import { denseModel, ModelFolder } from './models.ts';

const standard = serverSettings(inferenceSchema.parse({}));

const clock = () => new VirtualClock();
let time: VirtualClock;
let folder: ModelFolder;
let held: HeldRuntime;
let server: InferenceServer;

interface Changes {
  readonly limits?: Partial<InferenceLimits>;
  readonly batching?: Partial<Batching>;
  readonly memory?: Partial<Memory>;
  readonly events?: InferenceEvents;
}

async function open(fill: (folder: ModelFolder) => Promise<void>, changes: Changes = {}): Promise<void> {
  time = clock();
  folder = await ModelFolder.create();
  held = new HeldRuntime();
  await fill(folder);
  server = new InferenceServer({
    source: await folderModels(folder.path, time),
    runtimes: [held, layersRuntime()],
    transformers: () => undefined,
    limits: { ...standard.limits, ...changes.limits },
    batching: { ...standard.batching, ...changes.batching },
    memory: { ...standard.memory, ...changes.memory },
    clock: time,
    turns: systemTurns,
    ...(changes.events && { events: changes.events }),
  });
}

afterEach(async () => {
  held.isHeld = false;
  held.release();
  await server.close();
  await folder.remove();
});

const echo = [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }];
const rows = (...values: readonly number[]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
});
const ask = (model: string, input: Tensor, version?: string, signal?: AbortSignal) =>
  server.infer({ model, version, inputs: [input], protocol: 'test' }, signal);
const codeOf = async (asked: Promise<unknown>): Promise<ErrorCode> => {
  const error = await asked.then(
    () => undefined,
    thrown => thrown as MurmurationError,
  );
  expect(errors).toHaveProperty([error?.code ?? 'none']);
  return error?.code as ErrorCode;
};
/** Lets the folder be looked at. */
const look = async () => {
  await time.advance(1_000);
};

describe('batching', () => {
  it('runs together what came while the model was busy, and gives each its own', async () => {
    await open(each => each.putEcho('echo', 1, echo));
    await ask('echo', rows(0, 0));
    held.executions.length = 0;
    held.isHeld = true;
    const first = ask('echo', rows(1, 2));
    await expect.poll(() => held.waiting).toBe(1);
    const others = [ask('echo', rows(3, 4, 5, 6)), ask('echo', rows(7, 8))];
    held.isHeld = false;
    held.release();
    expect((await first).outputs[0]?.data).toEqual(Float32Array.of(1, 2));
    const [second, third] = await Promise.all(others);
    expect(second?.outputs[0]).toMatchObject({ shape: [2, 2], data: Float32Array.of(3, 4, 5, 6) });
    expect(third?.outputs[0]).toMatchObject({ shape: [1, 2], data: Float32Array.of(7, 8) });
    expect(held.executions).toEqual([1, 3]);
  });

  it('puts no more rows together than maxBatch, and runs a larger request by itself', async () => {
    await open(each => each.putEcho('echo', 1, echo), { batching: { maxBatch: 2 } });
    await ask('echo', rows(0, 0));
    held.executions.length = 0;
    const all = [rows(1, 1), rows(2, 2), rows(3, 3), rows(4, 4, 4, 4, 4, 4)].map(input => ask('echo', input));
    const answers = await Promise.all(all);
    expect(answers.map(({ outputs }) => outputs[0]?.data[0])).toEqual([1, 2, 3, 4]);
    expect(held.executions.toSorted()).toEqual([1, 2, 3]);
  });

  it('lets nobody fail for the inputs of others', async () => {
    await open(each => each.putEcho('echo', 1, echo));
    await ask('echo', rows(0, 0));
    const [good, bad, other] = await Promise.allSettled([
      ask('echo', rows(1, 1)),
      ask('echo', rows(666, 1)),
      ask('echo', rows(2, 2)),
    ]);
    expect([good?.status, bad?.status, other?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('gives the same on the fused kernels as one by one', async () => {
    await open(async each => each.put('dense', 1, await denseModel(2, 3)));
    const inputs = Array.from({ length: 20 }, (_, at) => rows(at, 1, at, 2));
    const singly: unknown[] = [];
    for (const input of inputs) singly.push((await ask('dense', input)).outputs);
    const together = await Promise.all(inputs.map(async input => (await ask('dense', input)).outputs));
    expect(together).toEqual(singly);
    expect(server.residents[0]?.loaded.engine).toMatch(/^fused/);
  });
});

describe('bounds', () => {
  it('refuse more requests than may wait, and say when to come again', async () => {
    await open(each => each.putEcho('echo', 1, echo), { limits: { pendingPerModel: 2 } });
    await ask('echo', rows(0, 0));
    held.isHeld = true;
    const waiting = [ask('echo', rows(1, 1)), ask('echo', rows(2, 2))];
    const third = ask('echo', rows(3, 3));
    await expect(third).rejects.toMatchObject({ code: 'prediction.too-many', after: 1_000 });
    await expect.poll(() => held.waiting).toBe(1);
    held.isHeld = false;
    held.release();
    await Promise.all(waiting);
    await ask('echo', rows(3, 3));
  });

  it('refuse more requests than may wait of all models', async () => {
    await open(
      async each => {
        for (const name of ['a', 'b']) await each.putEcho(name, 1, echo);
      },
      { limits: { pending: 1 } },
    );
    const first = ask('a', rows(1, 1));
    expect(await codeOf(ask('b', rows(2, 2)))).toBe('prediction.too-many');
    await first;
  });

  it('end a request at its deadline, and what nobody waits for is not run', async () => {
    await open(each => each.putEcho('echo', 1, echo), { limits: { deadline: 5_000 } });
    await ask('echo', rows(0, 0));
    held.executions.length = 0;
    held.isHeld = true;
    const running = ask('echo', rows(1, 1));
    const caught = codeOf(running);
    await expect.poll(() => held.waiting).toBe(1);
    const queued = codeOf(ask('echo', rows(2, 2)));
    await time.advance(5_000);
    expect(await caught).toBe('prediction.timeout');
    expect(await queued).toBe('prediction.timeout');
    held.isHeld = false;
    held.release();
    await expect.poll(() => server.pending).toBe(0);
    expect(held.executions).toEqual([1]);
  });

  it('end each request at its own deadline, whatever came before it', async () => {
    await open(each => each.putEcho('echo', 1, echo), { limits: { deadline: 5_000 } });
    await ask('echo', rows(0, 0));
    held.isHeld = true;
    const ended: string[] = [];
    const begin = (name: string) =>
      codeOf(ask('echo', rows(1, 1))).then(code => ended.push(`${name} ${code} ${time.now() - start}`));
    const start = time.now();
    const first = begin('first');
    await time.advance(3_000);
    const second = begin('second');
    await time.advance(1_999);
    expect(ended).toEqual([]);
    await time.advance(1);
    await first;
    await time.advance(3_000);
    await second;
    expect(ended).toEqual(['first prediction.timeout 5000', 'second prediction.timeout 8000']);
  });

  it('end a request at the time that it names itself, and when its client goes', async () => {
    await open(each => each.putEcho('echo', 1, echo));
    await ask('echo', rows(0, 0));
    held.isHeld = true;
    const short = codeOf(
      server.infer({ model: 'echo', inputs: [rows(1, 1)], protocol: 'test', timeout: 10 }),
    );
    const client = new AbortController();
    const gone = ask('echo', rows(1, 1), undefined, client.signal);
    client.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await time.advance(10);
    expect(await short).toBe('prediction.timeout');
  });

  it('hold while it drains: what is under way is answered, the rest refused', async () => {
    await open(each => each.putEcho('echo', 1, echo));
    await ask('echo', rows(0, 0));
    held.isHeld = true;
    const underWay = ask('echo', rows(1, 1));
    await expect.poll(() => held.waiting).toBe(1);
    const drained = server.drain();
    expect(server.isReady).toBe(false);
    expect(await codeOf(ask('echo', rows(2, 2)))).toBe('server.stopping');
    held.isHeld = false;
    held.release();
    await drained;
    expect((await underWay).outputs[0]?.data).toEqual(Float32Array.of(1, 1));
  });
});

describe('memory', () => {
  it('keeps to its budget: what is asked least makes room, though it was asked last', async () => {
    await open(
      async each => {
        for (const name of ['a', 'b', 'c']) await each.putEcho(name, 1, echo);
      },
      { memory: { budget: 8 } },
    );
    for (const name of ['a', 'a', 'b', 'c']) await ask(name, rows(1, 1));
    expect(server.residents.map(({ model }) => model.name)).toEqual(['a', 'c']);
    expect(held.loaded.size).toBe(2);
    expect(server.used).toBe(8);
    // How often it was asked is not forgotten while it is away.
    for (const name of ['b', 'b', 'c']) await ask(name, rows(1, 1));
    expect(server.residents.map(({ model }) => model.name)).toEqual(['b', 'c']);
    expect(server.used).toBe(8);
  });

  it('waits where all models are in use, and fails nobody', async () => {
    await open(
      async each => {
        for (const name of ['a', 'b']) await each.putEcho(name, 1, echo);
      },
      { memory: { budget: 4 } },
    );
    await ask('a', rows(0, 0));
    held.isHeld = true;
    const first = ask('a', rows(1, 1));
    await expect.poll(() => held.waiting).toBe(1);
    const second = ask('b', rows(2, 2));
    expect(held.loaded.size).toBe(1);
    held.isHeld = false;
    held.release();
    await Promise.all([first, second]);
    expect(server.residents.map(({ model }) => model.name)).toEqual(['b']);
  });

  it('holds no files of a model once that is loaded, since they are as large', async () => {
    await open(async () => {});
    await folder.put('dense', 1, await denseModel(2, 3));
    const seen: WeakRef<object>[] = [];
    const layers = layersRuntime();
    const watching: Runtime = {
      ...layers,
      load(content) {
        seen.push(new WeakRef(content), new WeakRef(layersContent(content).files));
        return layers.load(content);
      },
    };
    await server.close();
    server = new InferenceServer({
      source: await folderModels(folder.path, time),
      runtimes: [watching],
      transformers: () => undefined,
      ...standard,
      clock: time,
      turns: systemTurns,
    });
    expect((await ask('dense', rows(1, 2))).outputs[0]?.shape).toEqual([1, 3]);
    expect(seen).toHaveLength(2);
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    await expect
      .poll(() => {
        collectGarbage();
        return seen.map(each => each.deref());
      })
      .toEqual([undefined, undefined]);
    expect((await ask('dense', rows(1, 2))).outputs[0]?.shape).toEqual([1, 3]);
  });

  it('says of a model that is larger than all of it what it takes', async () => {
    await open(each => each.putEcho('a', 1, echo), { memory: { budget: 3 } });
    await expect(ask('a', rows(1, 1))).rejects.toMatchObject({
      code: 'inference.unavailable',
      detail: 'The version 1 of a takes 4 bytes of memory; all models together may take 3.',
    });
  });

  it('counts what a model takes once it is loaded, and unloads for that', async () => {
    await open(
      async each => {
        for (const name of ['a', 'b']) await each.putEcho(name, 1, echo);
      },
      { memory: { budget: 100 } },
    );
    held.bytes = 60;
    await ask('a', rows(1, 1));
    await ask('b', rows(1, 1));
    expect(server.residents.map(({ model }) => model.name)).toEqual(['b']);
    expect(server.used).toBe(60);
  });

  it('unloads what nobody has asked for a while', async () => {
    await open(each => each.putEcho('a', 1, echo), { memory: { idle: 60_000 } });
    await ask('a', rows(1, 1));
    await time.advance(59_000);
    await ask('a', rows(1, 1));
    await time.advance(59_000);
    expect(held.loaded.size).toBe(1);
    await time.advance(2_000);
    expect(held.loaded.size).toBe(0);
    await ask('a', rows(1, 1));
  });

  it('loads a version once, however many ask', async () => {
    let loads = 0;
    await open(each => each.putEcho('a', 1, echo), { events: { loaded: () => (loads += 1) } });
    await Promise.all(Array.from({ length: 20 }, () => ask('a', rows(1, 1))));
    expect(loads).toBe(1);
  });

  it('preloads, and a model that does not load holds up no other', async () => {
    await open(async each => {
      await each.putEcho('a', 1, echo);
      await each.write('b/1/model.json', 'no JSON');
      await each.putEcho('c', 1, echo);
    });
    await server.preload('all');
    expect(server.residents.map(({ model }) => model.name)).toEqual(['a', 'c']);
    expect(await server.index()).toContainEqual({
      name: 'b',
      version: '1',
      state: 'UNAVAILABLE',
      reason: expect.stringContaining('model.json is no JSON'),
    });
  });

  it('unloads and loads by command', async () => {
    await open(each => each.putEcho('a', 1, echo));
    await ask('a', rows(1, 1));
    await server.unload('a');
    expect(held.loaded.size).toBe(0);
    expect(await codeOf(ask('a', rows(1, 1)))).toBe('inference.unavailable');
    expect(await server.isModelReady('a')).toBe(false);
    await server.load('a');
    expect(held.loaded.size).toBe(1);
    await ask('a', rows(1, 1));
    await expect(server.unload('z')).rejects.toMatchObject({ code: 'model.missing' });
  });
});

describe('a change of what a name means', () => {
  it('fails no request, and the new version is warm before its first one', async () => {
    const loaded: string[] = [];
    await open(
      async each => {
        await each.putEcho('a', 1, echo);
        await each.putEcho('a', 2, echo);
        await each.aliases('a', { champion: 1 });
      },
      { events: { loaded: ({ version }) => loaded.push(version) } },
    );
    expect((await ask('a', rows(1, 1))).version).toBe('1');
    for (let turn = 0; turn < 20; turn++) {
      const next = `${1 + ((turn + 1) % 2)}`;
      await folder.aliases('a', { champion: Number(next) });
      await look();
      // Whoever asks while the new version loads is answered too, by either one.
      for (let version = ''; version !== next; ) {
        const answers = await Promise.all(Array.from({ length: 5 }, () => ask('a', rows(turn, 1))));
        for (const answer of answers) expect(loaded).toContain(answer.version);
        version = answers.at(-1)?.version ?? '';
      }
    }
    // What no name means any more is not kept.
    await expect.poll(() => held.loaded.size).toBe(1);
  });

  it('leaves the old version in place until the new one has run', async () => {
    await open(async each => each.putEcho('a', 1, echo));
    await ask('a', rows(1, 1));
    held.isHeld = true;
    await folder.putEcho('a', 2, echo);
    await look();
    await expect.poll(() => held.waiting).toBe(1);
    // The new one is running for the first time: the old one answers meanwhile, though it has to wait its turn here.
    const meanwhile = ask('a', rows(2, 2));
    await expect.poll(() => held.waiting).toBe(2);
    held.release();
    expect((await meanwhile).version).toBe('1');
    held.isHeld = false;
    held.release();
    await expect.poll(async () => (await ask('a', rows(1, 1))).version).toBe('2');
  });

  it('leaves the old version in place where the new one does not load, and tries again', async () => {
    await open(async each => each.putEcho('a', 1, echo));
    await ask('a', rows(1, 1));
    await folder.write('a/2/model.json', '{');
    await look();
    const states = async () => (await server.states('a')).map(({ state }) => state);
    await expect.poll(states).toEqual(['READY', 'UNAVAILABLE']);
    expect((await ask('a', rows(1, 1))).version).toBe('1');
    await folder.putEcho('a', 2, echo);
    await look();
    await expect.poll(async () => (await ask('a', rows(1, 1))).version).toBe('2');
  });

  it('ends with the model: what is gone is not found', async () => {
    await open(async each => {
      await each.putEcho('a', 1, echo);
      await each.putEcho('b', 1, echo);
    });
    await ask('a', rows(1, 1));
    await folder.remove();
    await folder.putEcho('b', 1, echo);
    await look();
    await expect.poll(() => codeOf(ask('a', rows(1, 1)))).toBe('model.missing');
    await expect.poll(() => held.loaded.size).toBe(0);
    expect((await ask('b', rows(1, 1))).version).toBe('1');
  });
});
