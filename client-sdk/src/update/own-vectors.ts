import { digest } from '@murmuration/protocol/weights/digest';
import type { Storage } from '../storage/storage.ts';

export interface OwnRound {
  readonly number: number;
  /** Mark of the round in which the task's vectors began. */
  readonly origin: number;
}

/** Vector after a round. */
export interface OwnVector extends OwnRound {
  /** True if the coordinator has counted the device's update of that round. */
  readonly isCounted: boolean;
  /** One value for each of the model's. */
  readonly values: Float32Array;
}

/** Most vectors kept: those of the last two counted updates, and of one that may still count. */
const maxVectors = 3;

/**
 * Vectors of one kind and task that stay on a device between rounds: at
 * most three, each as large as the model.
 */
export class OwnVectors {
  readonly #storage: Storage;
  readonly #name: string;

  constructor(storage: Storage, name: string) {
    this.#storage = storage;
    this.#name = name;
  }

  /** Returns the vectors, the newest last; none if the layout is another one, or if they are damaged. */
  async load(layoutHash: Uint8Array): Promise<readonly OwnVector[]> {
    const bytes = await this.#storage.get(this.#name);
    const kept = bytes && decode(bytes);
    return kept && isEqual(kept.layoutHash, layoutHash) ? kept.vectors : [];
  }

  /** Adds the vector of a round to those of the last two counted rounds. Durable when it returns. */
  async add(layoutHash: Uint8Array, { number, origin }: OwnRound, values: Float32Array): Promise<void> {
    const counted = (await this.load(layoutHash)).filter(({ isCounted }) => isCounted);
    const vectors = [...counted.slice(1 - maxVectors), { number, origin, isCounted: false, values }];
    await this.#storage.put(this.#name, encode(layoutHash, vectors));
  }

  /** Marks the update of the round with that number as counted. Durable when it returns. */
  async count(number: number): Promise<void> {
    const bytes = await this.#storage.get(this.#name);
    const kept = bytes && decode(bytes);
    if (!kept?.vectors.some(vector => vector.number === number && !vector.isCounted)) return;
    const vectors = kept.vectors.map(vector =>
      vector.number === number ? { ...vector, isCounted: true } : vector,
    );
    await this.#storage.put(this.#name, encode(kept.layoutHash, vectors));
  }
}

/**
 * Bytes before the vectors, in this format:
 * `u32 vectors ‖ layout hash (32 bytes) ‖ SHA-256 of the rest ‖`
 * `per vector: u32 number, u32 origin, u32 1 if counted ‖ values of each, float32`.
 * Written without imports, for pages.
 */
const vectorsHeadBytes = 68;

function encode(layoutHash: Uint8Array, vectors: readonly OwnVector[]): Uint8Array {
  const count = vectors[0]!.values.length;
  const body = new Uint8Array(vectors.length * (12 + 4 * count));
  const rounds = new Uint32Array(body.buffer, 0, 3 * vectors.length);
  const values = new Float32Array(body.buffer, rounds.byteLength);
  for (const [i, { number, origin, isCounted, values: own }] of vectors.entries()) {
    rounds.set([number, origin, Number(isCounted)], 3 * i);
    values.set(own, i * count);
  }
  const bytes = new Uint8Array(vectorsHeadBytes + body.length);
  new DataView(bytes.buffer).setUint32(0, vectors.length, true);
  bytes.set(layoutHash, 4);
  bytes.set(digest(body), 36);
  bytes.set(body, vectorsHeadBytes);
  return bytes;
}

/** Returns undefined for damaged bytes. */
function decode(
  bytes: Uint8Array,
): { readonly layoutHash: Uint8Array; readonly vectors: readonly OwnVector[] } | undefined {
  if (bytes.length < vectorsHeadBytes) return undefined;
  const kept = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const body = bytes.slice(vectorsHeadBytes);
  const count = body.length / 4 / kept - 3;
  const isWhole = kept >= 1 && kept <= maxVectors && count >= 1 && Number.isInteger(count);
  if (!isWhole || !isEqual(bytes.subarray(36, vectorsHeadBytes), digest(body))) return undefined;
  const rounds = new Uint32Array(body.buffer, 0, 3 * kept);
  const values = new Float32Array(body.buffer, rounds.byteLength);
  const vectors = Array.from({ length: kept }, (_, i) => ({
    number: rounds[3 * i]!,
    origin: rounds[3 * i + 1]!,
    isCounted: rounds[3 * i + 2] === 1,
    values: values.subarray(i * count, (i + 1) * count),
  }));
  return { layoutHash: bytes.subarray(4, 36), vectors };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
