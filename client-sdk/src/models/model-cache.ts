import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { untilAborted } from '@murmuration/protocol/concurrency/until-aborted';
import { ByteReader, ByteWriter } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import {
  contentHash,
  type Manifest,
  type ModelFiles,
  parseModelJson,
  withWeights,
} from '@murmuration/protocol/weights/model-files';
import { putParts, type Storage } from '../storage/storage.ts';
import type { Transport } from '../transport/transport.ts';
import type { BundledModel } from './bundled-model.ts';
import { type ContentHash, hashHere } from './content-hash.ts';
import { downloadManifest, downloadNgrams, downloadWeights, type Manifested } from './download.ts';

/** Throws for a model that this device must not use. */
export type Permit = (manifest: Pick<Manifest, 'topology' | 'layout'>) => Promise<void>;

type Downloads = Pick<Transport, 'download'>;

interface Loaded {
  readonly files: ModelFiles;
  /** Downloaded bytes; 0 for a version that was here. */
  readonly bytes: number;
}

interface Entry extends BundledModel {
  /** SHA-256 of `json`. */
  readonly hash: ModelHash;
}

/**
 * Model versions of one task on this device: the last one downloaded, or at first the app's; and the one
 * to serve, if the coordinator has named another. A version that is only served may have the smaller
 * weights, which no round starts from.
 */
export class ModelCache {
  readonly #storage: Storage;
  readonly #transport: Transport;
  readonly #name: string;
  readonly #pinnedName: string;
  readonly #ngramsName: string;
  readonly #bundled: (() => Promise<BundledModel>) | undefined;
  readonly #loading = new PromiseQueue();
  readonly #hash: ContentHash;
  readonly #permit: Permit;
  /** Last downloaded `model.json`, before its weights. */
  #inspected: Manifested | undefined;

  constructor(
    storage: Storage,
    transport: Transport,
    task: TaskName,
    bundled: (() => Promise<BundledModel>) | undefined,
    hash: ContentHash = hashHere,
    permit: Permit = async () => {},
  ) {
    this.#storage = storage;
    this.#transport = transport;
    this.#name = `model.${task}`;
    this.#pinnedName = `serve.${task}`;
    this.#ngramsName = `ngrams.${task}`;
    this.#bundled = bundled;
    this.#hash = hash;
    this.#permit = permit;
  }

  /**
   * Returns the `model.json` of a version, without its weights, after checking that it is permitted; keeps
   * nothing of a refused one. Throws as `load`.
   */
  async inspect(
    hash: ModelHash,
    signal: AbortSignal,
    over: Downloads = this.#transport,
  ): Promise<Pick<Manifest, 'topology' | 'layout'>> {
    return this.#next(async () => {
      const manifest = await this.#manifestHere(hash);
      if (!manifest) return (await this.#manifest(hash, signal, over)).manifest;
      await this.#permit(manifest);
      return manifest;
    }, signal);
  }

  /** Returns the `model.json` of a version on the device. */
  async #manifestHere(hash: ModelHash): Promise<Manifest | undefined> {
    for (const name of [this.#name, this.#pinnedName]) {
      const entry = await this.#entry(name);
      if (entry?.hash === hash) return parseModelJson(hash, entry.json);
    }
    const json = (await this.#bundled?.())?.json;
    return json && contentHash(json) === hash ? parseModelJson(hash, json) : undefined;
  }

  async #manifest(hash: ModelHash, signal: AbortSignal, over: Downloads): Promise<Manifested> {
    const known = this.#inspected?.hash === hash ? this.#inspected : undefined;
    const manifested = known ?? (await downloadManifest(hash, over, signal));
    await this.#permit(manifested.manifest);
    this.#inspected = manifested;
    return manifested;
  }

  /**
   * Returns the version, and the bytes downloaded for it. Concurrent calls run one by one, so that it is
   * downloaded once. Throws `model.*` or `server.*`, the error of a refused version, and the reason of
   * `signal` once it is aborted. `over`: the transport.
   */
  async load(hash: ModelHash, signal: AbortSignal, over: Downloads = this.#transport): Promise<Loaded> {
    return this.#next(() => this.#load(hash, signal, this.#name, false, over), signal);
  }

  /** Loads a version that is only served: downloads its smaller form, if it has one. */
  async loadServed(hash: ModelHash, signal: AbortSignal): Promise<Loaded> {
    return this.#next(() => this.#load(hash, signal, this.#name, true), signal);
  }

  /** Loads a version for one use: a download is not kept, and replaces nothing. */
  async borrow(hash: ModelHash, signal: AbortSignal): Promise<ModelFiles> {
    return this.#next(async () => {
      const here = [
        await this.#entry(this.#name),
        await this.#entry(this.#pinnedName),
        await this.#bundled?.(),
      ];
      for (const entry of here) {
        if (!entry || contentHash(entry.json) !== hash) continue;
        const files = await this.#whole({ ...entry, hash }, false);
        if (files) return (await this.#here(files)).files;
      }
      const manifested = await this.#manifest(hash, signal, this.#transport);
      const weights = await downloadWeights(manifested, this.#transport, signal, undefined);
      return this.#decode(hash, manifested.manifest, weights, false);
    }, signal);
  }

  /**
   * Sets the version to serve until another is set, over restarts; null: the newest one on the device. Throws
   * as `loadServed`; the previous version then stays set.
   */
  async pin(hash: ModelHash | null, signal: AbortSignal): Promise<Loaded | undefined> {
    return this.#next(async () => {
      if (hash) return this.#load(hash, signal, this.#pinnedName, true);
      await this.#storage.delete(this.#pinnedName);
      return undefined;
    }, signal);
  }

  /**
   * Downloads the n-grams of a version on the device, if it has any and the stored ones differ: consecutive
   * versions mostly share them. Returns true if it has downloaded them. Throws `model.corrupt` if their hash
   * is wrong, and errors of the download.
   */
  async loadNgrams(hash: ModelHash, signal: AbortSignal): Promise<boolean> {
    return this.#next(() => this.#loadNgrams(hash, signal), signal);
  }

  async #loadNgrams(hash: ModelHash, signal: AbortSignal): Promise<boolean> {
    const entries = await Promise.all([this.#pinnedName, this.#name].map(name => this.#entry(name)));
    const entry = entries.find(each => each?.hash === hash);
    const manifest = entry && parseModelJson(hash, entry.json);
    if (!manifest?.ngrams || (await this.#ngramsOf(manifest))) return false;
    const bytes = await downloadNgrams({ hash, manifest }, this.#transport, signal);
    if (!(await this.#areOf(manifest, bytes)))
      throw new MurmurationError('model.corrupt', 'The n-grams do not match the hash that model.json names.');
    await this.#storage.put(this.#ngramsName, bytes);
    return true;
  }

  /** Returns the stored n-grams of a version; undefined if there are none, or those of another version. */
  async #ngramsOf(manifest: Pick<Manifest, 'ngrams'>): Promise<Uint8Array | undefined> {
    const bytes = manifest.ngrams && (await this.#storage.get(this.#ngramsName));
    return bytes && (await this.#areOf(manifest, bytes)) ? bytes : undefined;
  }

  async #areOf({ ngrams }: Pick<Manifest, 'ngrams'>, bytes: Uint8Array): Promise<boolean> {
    return bytes.length === ngrams?.bytes && (await this.#hash(bytes)) === ngrams.hash;
  }

  /** Runs tasks one by one. */
  #next<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const result = this.#loading.run(() => {
      signal.throwIfAborted();
      return work();
    });
    return untilAborted(result, signal);
  }

  async #load(
    hash: ModelHash,
    signal: AbortSignal,
    name = this.#name,
    isServed = false,
    over: Downloads = this.#transport,
  ): Promise<Loaded> {
    const here = await this.#entry(name);
    const files = here?.hash === hash ? await this.#whole(here, isServed) : undefined;
    if (files) return this.#here(files);
    if (name === this.#name && (!here || here.hash === hash)) {
      const bundled = await this.#ofApp();
      if (bundled?.hash === hash) return this.#here(bundled);
    }
    const other = name === this.#name ? this.#pinnedName : this.#name;
    const there = await this.#entry(other);
    const otherFiles = there?.hash === hash ? await this.#whole(there, isServed) : undefined;
    if (otherFiles) {
      const loaded = await this.#here(otherFiles);
      await this.#storage.put(name, (await this.#storage.get(other))!);
      return loaded;
    }
    const manifested = await this.#manifest(hash, signal, over);
    const { json, manifest } = manifested;
    const file = isServed ? manifest.smaller?.hash : undefined;
    const weights = await downloadWeights(manifested, over, signal, file);
    this.#inspected = undefined;
    const downloaded = await this.#decode(hash, manifest, weights, isServed);
    // One entry, so that a crash here leaves the previous version or this one, never a mix.
    await putParts(this.#storage, name, [new ByteWriter(4).u32(json.length).bytes, json, weights]);
    return { files: downloaded, bytes: json.length + weights.length };
  }

  async #here(files: ModelFiles): Promise<Loaded> {
    await this.#permit(files);
    return { files, bytes: 0 };
  }

  /** Returns the version that the coordinator has named, once it is here; undefined if it has named none. */
  async named(): Promise<ModelHash | undefined> {
    return (await this.#entry(this.#pinnedName))?.hash;
  }

  /**
   * Returns the version to serve, with its n-grams if they are here: the named one, or the newest on
   * the device; undefined if there is none. Skips refused versions, except the app's. Throws
   * `model.corrupt` for a damaged bundled one.
   */
  async current(isRefused: (model: ModelHash) => boolean = () => false): Promise<ModelFiles | undefined> {
    for (const name of [this.#pinnedName, this.#name]) {
      const files = await this.#kept(name);
      if (files && !isRefused(files.hash)) return files;
    }
    return this.#ofApp();
  }

  async #ofApp(): Promise<ModelFiles | undefined> {
    if (!this.#bundled) return undefined;
    const { json, weights, ngrams } = await this.#bundled();
    const hash = contentHash(json) as ModelHash;
    const manifest = parseModelJson(hash, json);
    const files = await this.#decode(hash, manifest, weights, false);
    if (!ngrams) return files;
    if (!(await this.#areOf(manifest, ngrams)))
      throw new MurmurationError('model.corrupt', 'The n-grams of the app are not those of its model.');
    return { ...files, ngrams };
  }

  /** Returns a stored version for serving; undefined if there is none, or if it is damaged. */
  async #kept(name: string): Promise<ModelFiles | undefined> {
    const entry = await this.#entry(name);
    const files = entry && (await this.#whole(entry, true));
    const ngrams = files && (await this.#ngramsOf(parseModelJson(files.hash, entry.json)));
    return ngrams ? { ...files, ngrams } : files;
  }

  /** Returns a stored version with unchecked weights; undefined if there is none, or if it is unreadable. */
  async #entry(name: string): Promise<Entry | undefined> {
    const bytes = await this.#storage.get(name);
    if (!bytes) return undefined;
    try {
      const reader = new ByteReader(bytes);
      const json = reader.raw(reader.u32());
      return { hash: contentHash(json) as ModelHash, json, weights: reader.raw(reader.remaining) };
    } catch {
      return undefined;
    }
  }

  /** Returns undefined if damaged, or if the weights are the smaller ones and not only for serving. */
  async #whole({ hash, json, weights }: Entry, isServed: boolean): Promise<ModelFiles | undefined> {
    try {
      return await this.#decode(hash, parseModelJson(hash, json), weights, isServed);
    } catch {
      return undefined;
    }
  }

  async #decode(
    hash: ModelHash,
    manifest: Manifest,
    weights: Uint8Array,
    isServed: boolean,
  ): Promise<ModelFiles> {
    const computed = await this.#hash(weights);
    const { topology, layout, smaller } = manifest;
    if (!isServed || computed !== smaller?.hash) return withWeights(hash, manifest, weights, computed);
    const { readAllTensors, smallerTensors } = await import('@murmuration/engine/models/stored-tensors');
    const tensors = smallerTensors(layout, smaller.tensors);
    return { hash, topology, layout, weights: readAllTensors(tensors, weights) };
  }
}
