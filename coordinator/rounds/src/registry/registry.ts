import { type StoredWeights, storeWeights } from '@murmuration/engine/models/stored-weights';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Layout } from '@murmuration/protocol/weights/layout';
import {
  encodeModel,
  type FileBeside,
  fileHashesOf,
  joinModel,
  type Manifest,
  type ModelFiles,
  parseModelJson,
  type SmallerWeights,
} from '@murmuration/protocol/weights/model-files';
import { type AliasStore, baseOf } from './aliases.ts';
import { contentHash } from './content-hash.ts';
import type { BlobStore, Head, History } from './ports.ts';
import type { StoredBytes } from './stored-bytes.ts';
import { vectorBytes } from './vector-bytes.ts';

/** Most models whose file hashes are cached. */
const mostKnown = 4_096;

/** Most additional files of one model. */
const mostBeside = 8;

const none: Pick<AliasStore, 'of'> = { of: async () => [] };

/**
 * Registry of model versions: immutable files by hash, rows with their lineage, and the latest files in
 * memory.
 */
export class Registry {
  readonly #blobs: BlobStore;
  readonly #history: History;
  readonly #aliases: Pick<AliasStore, 'of'>;
  /** Map from a model to the hashes of the files that its `model.json` names. */
  readonly #weights = new BoundedMap<ModelHash, Promise<readonly string[]>>(mostKnown);
  /** Map from a model to the hashes of the additional files of rounds from it. */
  readonly #beside = new BoundedMap<ModelHash, readonly string[]>(mostKnown);
  #recent: ModelFiles | undefined;

  constructor(blobs: BlobStore, history: History, aliases: Pick<AliasStore, 'of'> = none) {
    this.#aliases = aliases;
    this.#blobs = blobs;
    this.#history = history;
  }

  /**
   * Stores the files of a model, and returns it. `as` is the format of a second copy of the weights for
   * devices that only serve it; `ngrams` is its file of n-grams, if it has one.
   */
  async store(
    topology: object,
    layout: Layout,
    weights: Float32Array,
    as: StoredWeights = 'float32',
    ngrams: Uint8Array | null = null,
  ): Promise<ModelFiles> {
    const smaller = as === 'float32' ? undefined : await this.#storeSmaller(layout, weights, as);
    const beside = ngrams ? await this.#storeNgrams(ngrams) : undefined;
    const bytes = encodeModel(topology, layout, weights, contentHash, smaller, beside);
    await this.#blobs.put(bytes.weights);
    await this.#blobs.put(bytes.json);
    this.#recent = { hash: bytes.hash, topology, layout, weights };
    return this.#recent;
  }

  /** Returns undefined if no tensor gets smaller. */
  async #storeSmaller(
    layout: Layout,
    weights: Float32Array,
    as: StoredWeights,
  ): Promise<SmallerWeights | undefined> {
    const { tensors, bytes } = storeWeights(layout, weights, as);
    if (bytes.length === weights.byteLength) return undefined;
    return { hash: await this.#blobs.put(bytes), tensors };
  }

  async #storeNgrams(ngrams: Uint8Array): Promise<FileBeside> {
    return { hash: await this.#blobs.put(ngrams), bytes: ngrams.length };
  }

  /** Returns the files of a model. Throws `model.missing` or `model.corrupt`. */
  async files(hash: ModelHash): Promise<ModelFiles> {
    if (this.#recent?.hash === hash) return this.#recent;
    const json = await this.#blobs.get(hash);
    const weights = await this.#blobs.get(parseModelJson(hash, json).weightsHash);
    this.#recent = joinModel(hash, json, weights, contentHash(weights));
    return this.#recent;
  }

  /** Returns a model without its weights. Throws `model.missing` or `model.corrupt`. */
  async shapeOf(hash: ModelHash): Promise<Pick<Manifest, 'topology' | 'layout'>> {
    return parseModelJson(hash, await this.#blobs.get(hash));
  }

  /**
   * Returns the version of a task that the next round trains from, with its files, and the number of the
   * newest version: they differ if an operator rolled back. Throws `task.unknown` if there is none.
   */
  async current(
    task: TaskName,
  ): Promise<{ readonly head: Head; readonly files: ModelFiles; readonly newest: number }> {
    const [newest] = await this.#history.versions(task, Number.POSITIVE_INFINITY, 1);
    if (!newest) throw new MurmurationError('task.unknown', `There is no model version of the task ${task}.`);
    const { number } = newest;
    const base = baseOf(number, await this.#aliases.of(task));
    // The newest version may be damaged, so it is not read unless rounds train from it.
    const head = (base && (await this.#history.at(task, base.number))) ?? (await this.#history.head(task))!;
    return { head, files: await this.files(head.version.model), newest: number };
  }

  /** Returns the bytes of a file as devices get it. Throws `model.missing` or `model.corrupt`. */
  blob(hash: string): Promise<Uint8Array> {
    return this.#blobs.get(hash);
  }

  /**
   * Opens a file to be read in parts, by any number of readers; `toRead` is that of `BlobStore.open`. Throws
   * as `blob`.
   */
  open(hash: string, toRead?: () => void): Promise<StoredBytes> {
    return this.#blobs.open(hash, toRead);
  }

  /** Returns a URL of a file elsewhere, as `BlobStore.link`; undefined if there is none. */
  async link(hash: string, cache: 'public' | 'private'): Promise<string | undefined> {
    return this.#blobs.link?.(hash, cache);
  }

  /**
   * Stores a vector for devices in rounds from a model, as little-endian float32, and returns its hash.
   * Throws `storage.*`.
   */
  async storeBeside(model: ModelHash, vector: Float32Array): Promise<string> {
    const hash = await this.#blobs.put(vectorBytes(vector));
    this.putBeside(model, hash);
    return hash;
  }

  /** Offers a stored file to devices in rounds from a model. */
  putBeside(model: ModelHash, hash: string): void {
    const known = this.#beside.get(model) ?? [];
    if (!known.includes(hash)) this.#beside.set(model, [...known, hash].slice(-mostBeside));
  }

  /** Returns the hash of a model's weights. Throws `model.missing` or `model.corrupt`. */
  async weightsOf(model: ModelHash): Promise<string> {
    return (await this.weightFilesOf(model))[0]!;
  }

  /**
   * Returns the hashes of a model's files, other than `model.json`, that devices may get now. Throws
   * `model.missing` or `model.corrupt`.
   */
  async filesOf(model: ModelHash): Promise<readonly string[]> {
    return [...(await this.weightFilesOf(model)), ...(this.#beside.get(model) ?? [])];
  }

  /**
   * Returns the hashes of the files that a `model.json` names: all weights, and the smaller ones and n-grams
   * if there are any. Throws `model.missing` or `model.corrupt`.
   */
  weightFilesOf(model: ModelHash): Promise<readonly string[]> {
    const known = this.#weights.get(model);
    if (known) return known;
    const found = this.#blobs.get(model).then(json => fileHashesOf(parseModelJson(model, json)));
    this.#weights.set(model, found);
    found.catch(() => this.#weights.delete(model));
    return found;
  }
}
