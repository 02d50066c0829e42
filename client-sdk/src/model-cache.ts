import type { ModelHash, TaskName } from '@murmuration/protocol/ids';
import { modelPath } from '@murmuration/protocol/messages/channel';
import { decodeModel, type ModelFiles, parseModelJson } from '@murmuration/protocol/weights/model-files';
import type { Storage } from './storage/storage.ts';
import type { Transport } from './transport/transport.ts';

/** Longest `model.json`, bytes. */
const maxJsonLength = 4 << 20;

/** The newest model version of one task that this device has downloaded. */
export class ModelCache {
  readonly #storage: Storage;
  readonly #transport: Transport;
  readonly #name: string;

  constructor(storage: Storage, transport: Transport, task: TaskName) {
    this.#storage = storage;
    this.#transport = transport;
    this.#name = `model.${task}`;
  }

  /** The version, and the bytes that had to be downloaded for it. Throws `model.*` or `server.*`. */
  async load(
    hash: ModelHash,
    signal: AbortSignal,
  ): Promise<{ readonly files: ModelFiles; readonly bytes: number }> {
    const cached = await this.#cached(hash);
    if (cached) return { files: cached, bytes: 0 };
    const path = modelPath(hash);
    const json = await this.#transport.download(path, maxJsonLength, signal);
    const { layout, weightsHash } = parseModelJson(hash, json);
    const weightsPath = path.replace('model.json', `${weightsHash}.bin`);
    const weights = await this.#transport.download(weightsPath, 4 * layout.count, signal);
    const files = decodeModel(hash, json, weights);
    await this.#storage.put(`${this.#name}.weights`, weights);
    await this.#storage.put(`${this.#name}.json`, json);
    return { files, bytes: json.length + weights.length };
  }

  /** Undefined where nothing, another version, or something damaged is stored. */
  async #cached(hash: ModelHash): Promise<ModelFiles | undefined> {
    const json = await this.#storage.get(`${this.#name}.json`);
    const weights = await this.#storage.get(`${this.#name}.weights`);
    if (!json || !weights) return undefined;
    try {
      return decodeModel(hash, json, weights);
    } catch {
      return undefined;
    }
  }
}
