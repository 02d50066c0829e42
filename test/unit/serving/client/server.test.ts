import { InferenceClient } from '@murmuration/inference-client/client/client';
import { type Datatype, kinds, type NumericDatatype } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { numbersOf, tensor } from '@murmuration/inference-client/tensors/values';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { mintInferenceToken } from '@murmuration/serving/access/tokens';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOfPromise } from '../../codes.ts';
import { denseModel, type ModelFolder } from '../server/models.ts';
import { openWorld, type World } from '../server/world.ts';

const { text: token, ...entry } = mintInferenceToken(systemRandom, native);

let world: World;
let client: InferenceClient;
const datatypes = [...(Object.keys(kinds) as NumericDatatype[]), 'BYTES'] as const;

beforeAll(async () => {
  const tokens = [{ ...entry, name: 'test', rights: ['predict' as const, 'manage' as const] }];
  const fill = async (folder: ModelFolder) => {
    await folder.put('dense', 1, await denseModel(2, 3));
    await folder.aliases('dense', { champion: 1 });
    await folder.putEcho(
      'all',
      1,
      datatypes.map(datatype => ({ name: datatype.toLowerCase(), datatype, shape: [-1] })),
    );
  };
  world = await openWorld(fill, { tokens });
  client = new InferenceClient({ url: world.url, token });
});
afterAll(() => world.close());

/** Any bits that a datatype has; BOOL holds 0 and 1, and of floating numbers only those that JSON can write where it has to. */
function arbitrary(datatype: Datatype, isJson: boolean): fc.Arbitrary<Tensor> {
  const name = datatype.toLowerCase();
  if (datatype === 'BYTES') {
    const text = fc.string({ unit: 'grapheme' }).map(value => new TextEncoder().encode(value));
    const element = isJson ? text : fc.oneof(text, fc.uint8Array({ maxLength: 9 }));
    return fc
      .array(element, { minLength: 1, maxLength: 5 })
      .map(data => ({ name, datatype, shape: [data.length], data }));
  }
  const { size, view } = kinds[datatype];
  return fc
    .uint8Array({ minLength: size, maxLength: 5 * size })
    .map(bytes => {
      const count = Math.floor(bytes.length / size);
      const own = bytes.slice(0, count * size);
      if (datatype === 'BOOL') for (const [at, byte] of own.entries()) own[at] = byte & 1;
      return { name, datatype, shape: [count], data: view(own.buffer, 0, count) };
    })
    .filter(each => !isJson || numbersOf(each).every(Number.isFinite));
}

/** The same elements, bit for bit; of a NaN, JavaScript keeps no bits. */
const comparable = ({ data }: Tensor) =>
  Array.from(data as ArrayLike<unknown>, value => (value instanceof Uint8Array ? [...value] : value));

describe('the inference client and the inference server', () => {
  it.each(['binary', 'json'] as const)('carry every datatype there and back in %s', async format => {
    const own = new InferenceClient({ url: world.url, token, format });
    const tensors = fc.tuple(...datatypes.map(datatype => arbitrary(datatype, format === 'json')));
    await fc.assert(
      fc.asyncProperty(tensors, async sent => {
        const result = await own.infer('all', sent);
        for (const each of sent) {
          const back = result.output(`${each.name}_out`);
          expect(back.datatype).toBe(each.datatype);
          expect(comparable(back)).toEqual(comparable(each));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('name models by version and alias, and refuse with what there is', async () => {
    const { inputs, outputs } = await client.metadata('dense', 'champion');
    const x = tensor(inputs[0]!.name, [[1, 2]]);
    const result = await client.infer('dense', [x], { version: 'champion', id: 'mine' });
    expect(result).toMatchObject({ model: 'dense', version: '1', id: 'mine' });
    expect(result.output(outputs[0]!.name).shape).toEqual([1, 3]);
    expect(await codeOfPromise(client.infer('nothing', [x]))).toBe('model.missing');
    expect(await codeOfPromise(client.infer('dense', { y: [[1, 2]] }))).toBe('inference.input');
    expect(await client.isReady()).toBe(true);
    expect(await client.isModelReady('nothing')).toBe(false);
    expect((await client.repository()).map(({ name }) => name)).toContain('dense');
  });

  it('load and unload', async () => {
    await client.load('dense');
    expect(await client.isModelReady('dense')).toBe(true);
    await client.unload('dense');
    expect((await client.repository()).find(({ name }) => name === 'dense')?.state).toBe('UNAVAILABLE');
    await client.load('dense');
  });
});
