import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { layoutOf, maxValues } from '@murmuration/protocol/weights/layout';
import {
  contentHash,
  decodeModel,
  encodeModel,
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
    expect(codeOf(() => layoutOf([]))).toBe('model.unusable');
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
    expect(codeOf(() => encodeModel(topology, layout, weights.subarray(1)))).toBe('model.unusable');
  });

  it.each([
    ['no JSON', 'model.corrupt', '{'],
    ['null', 'model.corrupt', 'null'],
    ['another format', 'model.corrupt', '{"format":"graph-model"}'],
    ['a path that leads elsewhere', 'model.corrupt', manifest('"../../secret.bin"')],
    ['two weight files', 'model.corrupt', manifest(`"${'a'.repeat(64)}.bin","${'b'.repeat(64)}.bin"`)],
    ['integers', 'model.corrupt', manifest(`"${'a'.repeat(64)}.bin"`, 'int32')],
    [
      'more values than a model has',
      'model.unusable',
      manifest(`"${'a'.repeat(64)}.bin"`, 'float32', maxValues + 1),
    ],
  ])('MD3: with %s are refused with %s, though the hash is right', (_, code, text) => {
    const json = utf8(text);
    expect(codeOf(() => parseModelJson(contentHash(json) as ModelHash, json))).toBe(code);
  });
});

function manifest(paths: string, dtype = 'float32', length = 4): string {
  return `{"format":"layers-model","modelTopology":{},"weightsManifest":[{"paths":[${paths}],"weights":[{"name":"w","shape":[${length}],"dtype":"${dtype}"}]}]}`;
}
