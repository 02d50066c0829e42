import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { mostNgramBytes } from '@murmuration/protocol/ngrams/terms';
import { layoutOf, maxValues } from '@murmuration/protocol/weights/layout';
import {
  contentHash,
  decodeModel,
  encodeModel,
  fileHashesOf,
  joinModel,
  parseModelJson,
} from '@murmuration/protocol/weights/model-files';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../codes.ts';

const layout = layoutOf([
  { name: 'embedding', shape: [3, 2] },
  { name: 'bias', shape: [] },
]);
const weights = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
const topology = { class_name: 'Sequential', config: { layers: [] } };

describe('a layout', () => {
  it('WC5: is known by the SHA-256 of its canonical form, which names and shapes change', () => {
    expect(layout.count).toBe(7);
    expect(Buffer.from(layout.hash).toString('hex')).toBe(
      contentHash(utf8('[["embedding",[3,2]],["bias",[]]]')),
    );
    for (const other of [
      [
        { name: 'embedding', shape: [2, 3] },
        { name: 'bias', shape: [] },
      ],
      [
        { name: 'bias', shape: [] },
        { name: 'embedding', shape: [3, 2] },
      ],
      [
        { name: 'Embedding', shape: [3, 2] },
        { name: 'bias', shape: [] },
      ],
    ])
      expect(layoutOf(other).hash).not.toEqual(layout.hash);
  });

  it.each([[[0]], [[-1]], [[1.5]], [[Number.NaN]], [[2 ** 53]], [[maxValues + 1]], [[2 ** 14, 2 ** 14]]])(
    'MD4: cannot have the shape %j',
    shape => {
      expect(codeOf(() => layoutOf([{ name: 'w', shape }]))).toBe('model.unusable');
    },
  );

  it('MD4: has one value at least', () => {
    expect(() => layoutOf([])).toThrow('A model has 1 to 134217728 values; this one has 0. [model.unusable]');
  });
});

describe('the files of a model', () => {
  const files = encodeModel(topology, layout, weights);

  it('MD1: come back as they went, and equal models have equal hashes', () => {
    expect(decodeModel(files.hash, files.json, files.weights)).toEqual({
      hash: files.hash,
      topology,
      layout,
      weights,
    });
    expect(encodeModel(topology, layout, weights.slice()).hash).toBe(files.hash);
    expect(encodeModel(topology, layout, weights.map(Math.sqrt)).hash).not.toBe(files.hash);
  });

  it('MD2: name the weights by their SHA-256, in the manifest of a tfjs layers model', () => {
    const json = JSON.parse(new TextDecoder().decode(files.json));
    expect(json.format).toBe('layers-model');
    expect(json.weightsManifest[0].paths).toEqual([`${contentHash(files.weights)}.bin`]);
    expect(json.weightsManifest[0].weights[0]).toEqual({
      name: 'embedding',
      shape: [3, 2],
      dtype: 'float32',
    });
  });

  it('MD3: are refused with a changed, missing or additional byte', () => {
    const wrong = [
      [files.json.slice(1), files.weights],
      [files.json, files.weights.subarray(4)],
      [files.json, new Uint8Array([...files.weights, 0])],
      [files.json, files.weights.map((byte, i) => (i === 5 ? byte ^ 1 : byte))],
    ] as const;
    for (const [json, bytes] of wrong)
      expect(codeOf(() => decodeModel(files.hash, json, bytes))).toBe('model.corrupt');
    expect(codeOf(() => decodeModel('x' as ModelHash, files.json, files.weights))).toBe('model.corrupt');
    const other = 'a'.repeat(64) as ModelHash;
    expect(() => parseModelJson(other, files.json)).toThrow('The model.json does not match its hash.');
  });

  const bin = `"${'a'.repeat(64)}.bin"`;
  const noName = 'it has to be 64 digits and lower-case letters from a to f, then ".bin". [model.corrupt]';

  // biome-ignore format: one refusal a line
  it.each([
    ['no JSON', '{', 'The model.json is missing; it has to be an object. [model.corrupt]'],
    ['null', 'null', 'The model.json is null; it has to be an object. [model.corrupt]'],
    ['another format', '{"format":"graph-model"}', 'format is "graph-model"; it has to be "layers-model".'],
    ['no topology', manifest(bin).replace('{}', 'null'), 'modelTopology is null; it has to be a topology. [model.corrupt]'],
    ['a list for a topology', manifest(bin).replace('{}', '[]'), 'modelTopology is a list; it has to be a topology. [model.corrupt]'],
    ['a text for a topology', manifest(bin).replace('{}', '"x"'), 'modelTopology is "x"; it has to be a topology. [model.corrupt]'],
    ['a path that leads elsewhere', manifest('"../../secret.bin"'), `weightsManifest[0].paths[0] is "../../secret.bin"; ${noName}`],
    ['a path with more before the name', manifest(bin.replace('"', '"/')), noName],
    ['a path with more behind the name', manifest(bin.replace('.bin', '.bin/')), noName],
    ['two weight files', manifest(`${bin},${bin}`), 'weightsManifest[0].paths has 2 items; it has to be a list of 1 item. [model.corrupt]'],
    ['integers', manifest(bin, 'int32'), 'weightsManifest[0].weights[0].dtype is "int32"; it has to be "float32". [model.corrupt]'],
    ['smaller weights without a path', manifest(bin, 'float32', 4, ',"smallerWeightsManifest":[{"weights":[]}]'), 'smallerWeightsManifest[0].paths is missing; '],
    ['empty n-grams', manifest(bin, 'float32', 4, `,"ngramCounts":{"path":${bin},"bytes":0}`), `ngramCounts.bytes is 0; it has to be a whole number from 1 to ${mostNgramBytes}. [model.corrupt]`],
    ['more values than a model has', manifest(bin, 'float32', maxValues + 1), '[model.unusable]'],
  ])('MD3: with %s are refused, though the hash is right', (_, text, why) => {
    const json = utf8(text);
    expect(() => parseModelJson(contentHash(json) as ModelHash, json)).toThrow(why);
  });

  it('MD2: name smaller weights and n-grams beside the weights', () => {
    expect(parseModelJson(files.hash, files.json)).toMatchObject({ smaller: undefined, ngrams: undefined });
    expect(fileHashesOf(parseModelJson(files.hash, files.json))).toEqual([files.weightsHash]);
    const smaller = { hash: 'b'.repeat(64), tensors: [{ name: 'w' }] };
    const ngrams = { hash: 'c'.repeat(64), bytes: 9 };
    const { hash, json } = encodeModel(topology, layout, weights, undefined, smaller, ngrams);
    const read = parseModelJson(hash, json);
    expect(read).toMatchObject({ smaller, ngrams });
    expect(fileHashesOf(read)).toEqual([files.weightsHash, smaller.hash, ngrams.hash]);
  });

  it('MD3: with weights of another length than the layout are refused, though both hashes are right', () => {
    const longer = encodeModel(topology, layoutOf([{ name: 'w', shape: [8] }]), new Float32Array(8));
    const json = utf8(new TextDecoder().decode(files.json).replace(files.weightsHash, longer.weightsHash));
    expect(() => decodeModel(contentHash(json) as ModelHash, json, longer.weights)).toThrow(
      'The weights do not match the hash that model.json names. [model.corrupt]',
    );
    expect(() => encodeModel(topology, layout, weights.subarray(1))).toThrow(
      'The layout has 7 values, the weights 6. [model.unusable]',
    );
  });

  it('are not copied where the weights are aligned', () => {
    const place = new Uint8Array(36);
    for (const [from, isView] of [
      [0, true],
      [2, false],
      [4, true],
    ] as const) {
      place.set(files.weights, from);
      const bytes = place.subarray(from, from + 28);
      const model = joinModel(files.hash, files.json, bytes, files.weightsHash);
      expect(model.weights).toEqual(weights);
      expect(model.weights.buffer === place.buffer).toBe(isView);
    }
  });
});

function manifest(paths: string, dtype = 'float32', length = 4, more = ''): string {
  return `{"format":"layers-model","modelTopology":{},"weightsManifest":[{"paths":[${paths}],"weights":[{"name":"w","shape":[${length}],"dtype":"${dtype}"}]}]${more}}`;
}
