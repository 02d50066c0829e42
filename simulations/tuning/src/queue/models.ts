import type { LocalSettings } from '@murmuration/engine/training/trainer';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import { encodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { ShortLivedBlobs } from './blobs.ts';
import { type FarJob, type QueuedJob, readJob } from './jobs.ts';
import { freeReply } from './large-replies.ts';

/** Models that are kept, in the Redis and in a worker: the one that a round trains from, and the one before. */
const kept = 2;

const hashOf = (bytes: Uint8Array) => hex(native.sha256(bytes));
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Something large, in a blob of its own or in two. */
interface Put {
  /** What jobs name it by. */
  readonly hash: string;
  /** Of all its blobs. */
  readonly hashes: readonly string[];
}

/** Something large that jobs need, or have needed. */
interface Large {
  put: Put | undefined;
  readonly jobs: Set<FarJob>;
}

/**
 * Writes jobs for the queue. What is large in them goes into blobs, by its hash, once for as long as it is the same object; when no job needs
 * it, and others came after it, its blobs are deleted.
 */
export class JobWriter {
  readonly #blobs: Pick<ShortLivedBlobs, 'send' | 'delete'>;
  /** The one that was needed last is the last one. */
  readonly #large = new Map<object, Large>();

  constructor(blobs: Pick<ShortLivedBlobs, 'send' | 'delete'>) {
    this.#blobs = blobs;
  }

  /**
   * What the job needs is on its way then, in front of what is asked of the Redis next, and stays until `release`. Throws `request.too-large`
   * and `request.invalid`.
   */
  write(job: FarJob): QueuedJob {
    const { hash: model } = this.#need(job, job.model, () => this.#putModel(job.model));
    if (job.kind === 'measure') return { kind: job.kind, model, from: job.from, to: job.to };
    if (job.kind === 'measure-client') return { kind: job.kind, model, client: job.client };
    const { correction, ...settings }: LocalSettings = job.settings;
    const needed =
      correction && this.#need(job, correction, () => this.#put(correction, [bytesOf(correction)]));
    const { client } = job;
    return readJob({ kind: job.kind, model, client, settings, correction: needed?.hash ?? null });
  }

  /** The job is over. Resolves once what nobody needs is deleted. */
  async release(job: FarJob): Promise<void> {
    for (const { jobs } of this.#large.values()) jobs.delete(job);
    const idle = [...this.#large].filter(([, { jobs }]) => jobs.size === 0);
    const old = idle.slice(0, Math.max(0, idle.length - kept));
    if (old.length === 0) return;
    for (const [key] of old) this.#large.delete(key);
    const needed = new Set(Array.from(this.#large.values(), hashesOf).flat());
    const gone = old.flatMap(([, large]) => hashesOf(large)).filter(hash => !needed.has(hash));
    if (gone.length > 0) await this.#blobs.delete(gone);
  }

  /** Puts everything again from now on: the Redis may have forgotten it. */
  forget(): void {
    for (const large of this.#large.values()) large.put = undefined;
  }

  /** Its own weights, which under a plan with private layers are not those that its hash names. */
  #putModel(model: ModelFiles): Put {
    const { weights, json } = encodeModel(model.topology, model.layout, model.weights, hashOf);
    return this.#put(model, [weights, json]);
  }

  /** Jobs name it by the last one of its blobs. */
  #put(key: object, blobs: readonly Uint8Array[]): Put {
    const sent = blobs.map(bytes => this.#blobs.send(bytes));
    const put = { hash: sent.at(-1)!.hash, hashes: sent.map(({ hash }) => hash) };
    // The worker that misses it fails at the job, and the run hands it over again.
    Promise.all(sent.map(({ kept: done }) => done)).catch(() => {
      const large = this.#large.get(key);
      if (large?.put === put) large.put = undefined;
    });
    return put;
  }

  #need(job: FarJob, key: object, put: () => Put): Put {
    const large = this.#large.get(key) ?? { put: undefined, jobs: new Set() };
    this.#large.delete(key);
    this.#large.set(key, large);
    large.jobs.add(job);
    large.put ??= put();
    return large.put;
  }
}

function hashesOf({ put }: Large): readonly string[] {
  return put?.hashes ?? [];
}

/** Reads jobs of the queue in a worker, with weights in memory that all its threads share. */
export class JobReader {
  readonly #blobs: Pick<ShortLivedBlobs, 'get'>;
  readonly #models = new BoundedMap<string, Promise<ModelFiles>>(kept);

  constructor(blobs: Pick<ShortLivedBlobs, 'get'>) {
    this.#blobs = blobs;
  }

  /** Throws `model.missing` where the Redis has forgotten what the job names, and `model.corrupt`. */
  async read(job: QueuedJob): Promise<FarJob> {
    const model = await this.#model(job.model);
    if (job.kind === 'measure') return { kind: job.kind, model, from: job.from, to: job.to };
    if (job.kind === 'measure-client') return { kind: job.kind, model, client: job.client };
    const correction = job.correction === null ? undefined : vectorOf(await this.#blobs.get(job.correction));
    const settings = { ...job.settings, ...(correction && { correction }) };
    return { kind: 'train', client: job.client, model, settings };
  }

  #model(hash: string): Promise<ModelFiles> {
    const known = this.#models.get(hash);
    if (known) return known;
    const loading = this.#load(hash as ModelHash);
    this.#models.set(hash, loading);
    loading.catch(() => this.#models.delete(hash));
    return loading;
  }

  async #load(hash: ModelHash): Promise<ModelFiles> {
    const { topology, layout, weightsHash } = parseModelJson(hash, await this.#blobs.get(hash));
    const bytes = await this.#blobs.get(weightsHash);
    if (bytes.length !== 4 * layout.count)
      throw new MurmurationError('model.corrupt', `The weights of the model ${hash} don't fit its layout.`);
    const weights = new Float32Array(new SharedArrayBuffer(bytes.length));
    bytesOf(weights).set(bytes);
    freeReply(bytes);
    return { hash, topology, layout, weights };
  }
}

function vectorOf(bytes: Uint8Array): Float32Array {
  const vector = new Float32Array(new Uint8Array(bytes).buffer);
  freeReply(bytes);
  return vector;
}
