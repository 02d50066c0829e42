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

/**
 * Number of models kept in the Redis and in a worker: the one that a round trains from, and the one before.
 */
const maxQueuedModels = 2;

const hashOf = (bytes: Uint8Array) => hex(native.sha256(bytes));
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Large object in one or two blobs. */
interface Put {
  /** Hash by which jobs refer to it. */
  readonly hash: string;
  /** Hashes of all its blobs. */
  readonly hashes: readonly string[];
}

/** Large object, and the jobs that need it. */
interface Large {
  put: Put | undefined;
  readonly jobs: Set<FarJob>;
}

/**
 * Writes jobs for the queue. Large objects go into blobs by their hash, once per object; their blobs are
 * deleted when no job needs them and newer objects exist.
 */
export class JobWriter {
  readonly #blobs: Pick<ShortLivedBlobs, 'send' | 'delete'>;
  /** Large objects in the order of their last use. */
  readonly #large = new Map<object, Large>();

  constructor(blobs: Pick<ShortLivedBlobs, 'send' | 'delete'>) {
    this.#blobs = blobs;
  }

  /**
   * Starts to store the blobs of a job, before later requests to the Redis; they stay until `release`.
   * @throws `request.too-large` and `request.invalid`
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

  /** Releases a job's blobs. Resolves once unneeded ones are deleted. */
  async release(job: FarJob): Promise<void> {
    for (const { jobs } of this.#large.values()) jobs.delete(job);
    const idle = [...this.#large].filter(([, { jobs }]) => jobs.size === 0);
    const old = idle.slice(0, Math.max(0, idle.length - maxQueuedModels));
    if (old.length === 0) return;
    for (const [key] of old) this.#large.delete(key);
    const needed = new Set(Array.from(this.#large.values(), hashesOf).flat());
    const gone = old.flatMap(([, large]) => hashesOf(large)).filter(hash => !needed.has(hash));
    if (gone.length > 0) await this.#blobs.delete(gone);
  }

  /** Makes later jobs store everything again, because the Redis may have lost it. */
  forget(): void {
    for (const large of this.#large.values()) large.put = undefined;
  }

  /**
   * Stores the model's actual weights, which under a plan with private layers differ from those that its hash
   * names.
   */
  #putModel(model: ModelFiles): Put {
    const { weights, json } = encodeModel(model.topology, model.layout, model.weights, hashOf);
    return this.#put(model, [weights, json]);
  }

  /** Stores blobs; jobs refer to them by the hash of the last one. */
  #put(key: object, blobs: readonly Uint8Array[]): Put {
    const sent = blobs.map(bytes => this.#blobs.send(bytes));
    const put = { hash: sent.at(-1)!.hash, hashes: sent.map(({ hash }) => hash) };
    // A worker that misses it fails the job, and the run queues the job again.
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

/** Reads jobs from the queue in a worker, with weights in memory that all its threads share. */
export class JobReader {
  readonly #blobs: Pick<ShortLivedBlobs, 'get'>;
  readonly #models = new BoundedMap<string, Promise<ModelFiles>>(maxQueuedModels);

  constructor(blobs: Pick<ShortLivedBlobs, 'get'>) {
    this.#blobs = blobs;
  }

  /** Throws `model.missing` if the Redis has lost a blob of the job, and `model.corrupt`. */
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
