import { sha256 } from '@noble/hashes/sha2.js';
import * as z from 'zod/mini';
import { hex, utf8 } from '../encoding/bytes.ts';
import { parseJson } from '../encoding/json.ts';
import { MurmurationError } from '../errors/errors.ts';
import { whyUnfit } from '../errors/misfits.ts';
import { hashPattern, looks, type ModelHash } from '../ids/ids.ts';
import { text, whole } from '../messages/scalars.ts';
import { mostNgramBytes } from '../ngrams/terms.ts';
import { type Layout, layoutOf } from './layout.ts';

/** Model version in memory: the contents of `model.json`, and its weights as one flat vector. */
export interface ModelFiles {
  readonly hash: ModelHash;
  /** `modelTopology` of a tfjs layers model. */
  readonly topology: object;
  readonly layout: Layout;
  readonly weights: Float32Array;
  /**
   * File of its n-grams (`ngrams/ngram-file.ts`), not yet decoded; left out if it has none, or they are not
   * loaded.
   */
  readonly ngrams?: Uint8Array;
}

/** File that a `model.json` names beside its weights. */
export interface FileBeside {
  /** Hexadecimal SHA-256. */
  readonly hash: string;
  /** Length of the file. */
  readonly bytes: number;
}

/** Files of a version, as tfjs lays them out: `model.json` names its weight file by that file's SHA-256. */
export interface ModelBytes {
  readonly hash: ModelHash;
  readonly json: Uint8Array;
  /** Hexadecimal SHA-256 of `weights`. */
  readonly weightsHash: string;
  /** Little-endian float32. */
  readonly weights: Uint8Array;
}

/** Smaller form of the weights of a version, for devices that only serve it. */
export interface SmallerWeights {
  /** Hexadecimal SHA-256 of its file. */
  readonly hash: string;
  /** Tensors as tfjs describes quantised ones, in the order of the layout. */
  readonly tensors: readonly unknown[];
}

const weightFile = z.string().check(z.regex(/^[0-9a-f]{64}\.bin$/, `expected ${looks.hash}, then ".bin"`));
/** Schema of a list of one item. */
const only = <Item extends z.ZodMiniType>(item: Item) => z.array(item).check(z.minLength(1), z.maxLength(1));

const manifest = z.object({
  format: z.literal('layers-model'),
  modelTopology: z.custom<object>(
    value => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected a topology',
  ),
  weightsManifest: only(
    z.object({
      paths: only(weightFile),
      weights: z
        .array(
          z.object({
            name: text(512),
            shape: z.array(whole(1, 2 ** 31)).check(z.maxLength(8)),
            dtype: z.literal('float32'),
          }),
        )
        .check(z.minLength(1), z.maxLength(10_000)),
    }),
  ),
  // The reader of the smaller weights checks how they are stored.
  smallerWeightsManifest: z.optional(
    only(z.object({ paths: only(weightFile), weights: z.array(z.unknown()) })),
  ),
  ngramCounts: z.optional(z.object({ path: weightFile, bytes: whole(1, mostNgramBytes) })),
});

/** Hexadecimal SHA-256. */
export function contentHash(bytes: Uint8Array): string {
  return hex(sha256(bytes));
}

/**
 * Encodes the files of a version; its hash follows from them, so equal models have equal hashes. `hashOf`
 * returns hexadecimal SHA-256, for platforms with a faster one; `smaller` is a form of the weights that lies
 * beside them, `ngrams` a file of n-grams.
 */
export function encodeModel(
  topology: object,
  layout: Layout,
  weights: Float32Array,
  hashOf: (bytes: Uint8Array) => string = contentHash,
  smaller?: SmallerWeights,
  ngrams?: FileBeside,
): ModelBytes {
  if (weights.length !== layout.count)
    throw new MurmurationError(
      'model.unusable',
      `The layout has ${layout.count} values, the weights ${weights.length}.`,
    );
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const weightsHash = hashOf(bytes);
  const json = utf8(
    JSON.stringify({
      format: 'layers-model',
      generatedBy: 'Murmuration',
      convertedBy: null,
      modelTopology: topology,
      weightsManifest: [
        {
          paths: [`${weightsHash}.bin`],
          weights: layout.tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
        },
      ],
      ...(smaller && {
        smallerWeightsManifest: [{ paths: [`${smaller.hash}.bin`], weights: smaller.tensors }],
      }),
      ...(ngrams && { ngramCounts: { path: `${ngrams.hash}.bin`, bytes: ngrams.bytes } }),
    }),
  );
  return { hash: contentHash(json) as ModelHash, json, weightsHash, weights: bytes };
}

/** Contents of a `model.json`. */
export interface Manifest {
  readonly topology: object;
  readonly layout: Layout;
  /** Hexadecimal SHA-256 of the weight file. */
  readonly weightsHash: string;
  /** Smaller form of the weights; undefined if there is none. */
  readonly smaller: SmallerWeights | undefined;
  /** File of n-grams; undefined if there is none. */
  readonly ngrams: FileBeside | undefined;
}

/** Hashes of all files of a version beside its `model.json`, that of all weights first. */
export function fileHashesOf({ weightsHash, smaller, ngrams }: Manifest): readonly string[] {
  return [weightsHash, ...[smaller, ngrams].flatMap(file => (file ? [file.hash] : []))];
}

/** Reads a `model.json`. Throws `model.corrupt` if it does not match `hash` or is no manifest of ours. */
export function parseModelJson(hash: ModelHash, json: Uint8Array): Manifest {
  if (!hashPattern.test(hash) || contentHash(json) !== hash)
    throw new MurmurationError('model.corrupt', 'The model.json does not match its hash.');
  const value = parseJson(json);
  const parsed = z.safeParse(manifest, value, { jitless: true });
  if (!parsed.success)
    throw new MurmurationError('model.corrupt', whyUnfit(manifest, value, 'The model.json'));
  const { modelTopology: topology, weightsManifest, smallerWeightsManifest, ngramCounts } = parsed.data;
  const group = weightsManifest[0]!;
  const smaller = smallerWeightsManifest?.[0];
  return {
    topology,
    layout: layoutOf(group.weights),
    weightsHash: hashIn(group.paths),
    smaller: smaller && { hash: hashIn(smaller.paths), tensors: smaller.weights },
    ngrams: ngramCounts && { hash: hashIn([ngramCounts.path]), bytes: ngramCounts.bytes },
  };
}

/** Hash in the name of a file. */
function hashIn([path]: readonly string[]): string {
  return path!.slice(0, 64);
}

/**
 * Combines the two files. Throws `model.corrupt` if the weights don't match the hash that `model.json` names.
 */
export function decodeModel(hash: ModelHash, json: Uint8Array, weights: Uint8Array): ModelFiles {
  return joinModel(hash, json, weights, contentHash(weights));
}

/**
 * Combines the two files with a hash of the weights that was computed elsewhere, hexadecimal SHA-256. The
 * model's weights are a view of `weights`, not a copy, if their alignment allows: the caller must no longer
 * change those.
 */
export function joinModel(
  hash: ModelHash,
  json: Uint8Array,
  weights: Uint8Array,
  computedHash: string,
): ModelFiles {
  return withWeights(hash, parseModelJson(hash, json), weights, computedHash);
}

/** Combines a parsed `model.json` with weights, as `joinModel` does. */
export function withWeights(
  hash: ModelHash,
  { topology, layout, weightsHash }: Pick<Manifest, 'topology' | 'layout' | 'weightsHash'>,
  weights: Uint8Array,
  computedHash: string,
): ModelFiles {
  if (weights.length !== 4 * layout.count || computedHash !== weightsHash)
    throw new MurmurationError('model.corrupt', 'The weights do not match the hash that model.json names.');
  const { buffer, byteOffset } = weights.byteOffset % 4 === 0 ? weights : new Uint8Array(weights);
  return { hash, topology, layout, weights: new Float32Array(buffer, byteOffset, layout.count) };
}
