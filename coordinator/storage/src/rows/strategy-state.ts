import { endianness } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { vectorBytes } from '@murmuration/rounds/registry/vector-bytes';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { fromJson, toJson } from './json.ts';

/** A vector of float32, little-endian, as the blob that holds it. */
interface StoredVector {
  readonly vector: string;
}

type StoredState = Readonly<Record<string, number | StoredVector>>;

/** Stores the vectors of a state, and returns the rest, which names them, as JSON. Throws `storage.*`. */
export async function storeState(state: StrategyState, blobs: BlobStore): Promise<string> {
  const stored: Record<string, number | StoredVector> = {};
  for (const [name, value] of Object.entries(state))
    stored[name] = typeof value === 'number' ? value : { vector: await blobs.put(vectorBytes(value)) };
  return toJson(stored);
}

/** Throws `model.missing` or `model.corrupt` where a vector is gone or damaged, `storage.*`. */
export async function loadState(json: string, blobs: BlobStore): Promise<StrategyState> {
  const state: Record<string, number | Float32Array> = {};
  for (const [name, value] of Object.entries(fromJson<StoredState>(json)))
    state[name] = typeof value === 'number' ? value : vectorOf(await blobs.get(value.vector));
  return state;
}

/** The hashes of the vectors in a state that was stored. */
export function vectorsIn(json: string): string[] {
  return Object.values(fromJson<StoredState>(json)).flatMap(value =>
    typeof value === 'number' ? [] : [value.vector],
  );
}

function vectorOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0)
    throw new MurmurationError('storage.corrupt', 'A vector of the strategy is no whole number of float32.');
  const own = Buffer.from(bytes);
  if (endianness() !== 'LE') own.swap32();
  return new Float32Array(Uint8Array.from(own).buffer);
}
