import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import type { Runtime } from '@murmuration/serving/runtime/runtime';
import type { Transformer } from '@murmuration/serving/transformer/transformer';
import { afterEach, describe, expect, it } from 'vitest';
import { echoRuntime } from './echo-runtime.ts';
import { openWorld, type World } from './world.ts';

let world: World;
afterEach(() => world.close());

const text = { name: 'text', datatype: 'BYTES', shape: [-1] } as const;
const ids = { name: 'ids', datatype: 'INT32', shape: [-1] } as const;
const request = (...words: string[]) =>
  JSON.stringify({ inputs: [{ ...text, shape: [words.length], data: words }] });

/** Turns texts into how long they are. */
const lengths: Transformer = {
  inputs: [text],
  outputs: [{ ...ids, name: 'lengths' }],
  input: ([asked]) => {
    const data = Int32Array.from(asked?.data as readonly Uint8Array[], ({ length }) => length);
    if (data.includes(0)) throw new RangeError('There is nothing to count.');
    return { inputs: [{ ...ids, shape: [data.length], data }] };
  },
  output: ([answered]) => [{ ...(answered as Tensor), name: 'lengths' }],
};

/** What the models were run on, the first run first. */
async function open(warmUp: string | undefined, transformer?: Transformer): Promise<readonly Tensor[][]> {
  const runs: Tensor[][] = [];
  const echo = echoRuntime();
  const watched: Runtime = {
    ...echo,
    async load(content) {
      const model = await echo.load(content);
      return {
        ...model,
        run(inputs) {
          runs.push([...inputs]);
          return model.run(inputs);
        },
      };
    },
  };
  world = await openWorld(
    async folder => {
      await folder.putEcho('m', 1, [ids]);
      if (warmUp !== undefined) await folder.write('m/1/warmup.json', warmUp);
    },
    { preload: 'all' },
    { runtimes: [watched], ...(transformer && { transformers: { m: transformer } }) },
  );
  return runs;
}

const reason = async () => (await world.server.index())[0]?.reason;

describe('a model that is loaded', () => {
  it('has answered the request that was recorded, as a client sends it', async () => {
    const runs = await open(request('a', 'word'), lengths);
    expect(runs).toEqual([[{ ...ids, shape: [2], data: Int32Array.of(1, 4) }]]);
    expect(await reason()).toBe('');
    const response = await world.ask('POST', '/v2/models/m/infer', request('three'));
    expect((await response.json()).outputs).toMatchObject([{ name: 'lengths', data: [5] }]);
    expect(runs.length).toBe(2);
  });

  it('has answered zeros where none was recorded', async () => {
    expect(await open(undefined, lengths)).toEqual([[{ ...ids, shape: [1], data: Int32Array.of(0) }]]);
  });

  it.each([
    ['no JSON', '{', /warmup\.json: .*no JSON/],
    ['no inputs', '{"inputs": []}', /warmup\.json: .*no list of inputs/],
    [
      'an unknown datatype',
      '{"inputs": [{"name": "text", "datatype": "TEXT", "shape": [1], "data": [1]}]}',
      /unknown datatype/,
    ],
    [
      'fewer values than its shape has',
      '{"inputs": [{"name": "text", "datatype": "BYTES", "shape": [2], "data": ["a"]}]}',
      /has 1 values; its shape has room for 2/,
    ],
    [
      'an input that the model has not',
      '{"inputs": [{"name": "ids", "datatype": "INT32", "shape": [1], "data": [1]}]}',
      /recorded to warm it up: .*no input "ids"/,
    ],
    ['what the transformer refuses', request(''), /recorded to warm it up: There is nothing to count/],
  ])('is refused with the reason where %s was recorded', async (_, recorded, message) => {
    await open(recorded, lengths);
    expect(await reason()).toMatch(message);
  });
});
