import { endianness } from 'node:os';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { BlobStore } from '@murmuration/rounds/registry/ports';
import { vectorBytes } from '@murmuration/rounds/registry/vector-bytes';
import type { StrategyState } from '@murmuration/rounds/strategy/strategy';
import { fromJson, toJson } from './json.ts';

/** Reference to the blob of a vector: float32, little-endian. */
interface StoredVector {
  readonly vector: string;
}

type StoredState = Readonly<Record<string, number | StoredVector>>;

/**
 * Stores the vectors of a state as blobs, and returns the state as JSON with their hashes. Throws
 * `storage.*`.
 */
export async function storeState(state: StrategyState, blobs: BlobStore): Promise<string> {
  const stored: Record<string, number | StoredVector> = {};
  for (const [name, value] of Object.entries(state))
    stored[name] = typeof value === 'number' ? value : { vector: await blobs.put(vectorBytes(value)) };
  return toJson(stored);
}

/**
 * Loads a state with its vectors. Throws `model.missing` or `model.corrupt` if a vector is gone or damaged,
 * `storage.*`.
 */
export async function loadState(json: string, blobs: BlobStore): Promise<StrategyState> {
  const state: Record<string, number | Float32Array> = {};
  for (const [name, value] of Object.entries(fromJson<StoredState>(json)))
    state[name] = typeof value === 'number' ? value : vectorOf(await blobs.get(value.vector));
  return state;
}

/** Returns the hashes of the vectors in a stored state. */
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
