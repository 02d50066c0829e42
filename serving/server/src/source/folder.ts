import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';
import type { Cancel, Clock } from '@murmuration/protocol/time/clock';
import { steadyClock } from '@murmuration/protocol/time/system-clock';
import { type FoundModel, scan } from './folder-scan.ts';
import { readLayersModel, readOnnxModel, readWarmUp } from './model-folder.ts';
import { ReadMemory } from './read-memory.ts';
import {
  type ModelContent,
  type ModelListing,
  type ModelSource,
  refuseModel,
  refuseVersion,
  type ServedModel,
} from './source.ts';

/** Minimum ms between two scans of a folder. */
const minScanGapMs = 1_000;
/** Minimum pause after a scan, as a multiple of its duration, since scanning thousands takes long. */
const restAfterLook = 10;

/**
 * Opens the models of a folder, as `scan` finds them, and scans it every second, or less often if a scan
 * takes long. `latest` is the highest version number; `NAME/aliases.json` gives other aliases, such as
 * `{"champion": 3}`, and without a champion the latest is served. Throws `config.invalid` if the folder can't
 * be read.
 */
export async function folderModels(folder: string, clock: Clock = steadyClock()): Promise<FolderModels> {
  const source = new FolderModels(folder, clock);
  await source.open();
  return source;
}

/** Source of a folder's models; made by `folderModels`. */
export class FolderModels implements ModelSource {
  readonly description: string;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<(name: string) => void>();
  #models: ReadonlyMap<string, FoundModel> = new Map();
  readonly #memory = new ReadMemory();
  #cancel: Cancel = () => {};
  #isClosed = false;

  constructor(folder: string, clock: Clock) {
    this.description = `the folder ${folder}`;
    this.#folder = folder;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    try {
      this.#models = await scan(this.#folder);
    } catch (cause) {
      throw new MurmurationError(
        'config.invalid',
        `The folder of models can't be read: ${messageOf(cause)}`,
        { cause },
      );
    }
    this.#wait();
  }

  async names(): Promise<readonly string[]> {
    return [...this.#models.keys()];
  }

  async listing(name: string): Promise<ModelListing> {
    const { versions, aliases } = this.#find(name);
    const numbers = [...versions.keys()];
    const latest = numbers.at(-1) ?? '';
    const standard = Object.hasOwn(aliases, 'champion') ? 'champion' : 'latest';
    return { name, versions: numbers, aliases: { ...aliases, latest }, standard };
  }

  async resolve(name: string, at?: string): Promise<ServedModel> {
    const listing = await this.listing(name);
    const meant = at ?? listing.standard;
    const version = Object.hasOwn(listing.aliases, meant) ? (listing.aliases[meant] ?? meant) : meant;
    const found = this.#find(name).versions.get(version);
    if (!found) return refuseVersion(listing, meant);
    return { name, version, hash: found.hash };
  }

  async content({ name, version, hash }: ServedModel): Promise<ModelContent> {
    const found = this.#models.get(name)?.versions.get(version);
    if (found?.hash !== hash)
      throw new MurmurationError('model.missing', `The version ${version} of ${name} is no longer there.`);
    const recorded = await readWarmUp(found.folder);
    if (found.file === 'model.onnx')
      return { platform: 'onnx_onnxv1', bytes: await readOnnxModel(found.folder), recorded };
    const memory = this.#memory.borrow();
    const files = await readLayersModel(found.folder, hash, memory.take);
    const { release } = memory;
    return { platform: 'tensorflowjs_layersmodel', files, recorded, release };
  }

  watch(changed: (name: string) => void): Cancel {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    this.#listeners.clear();
  }

  #find(name: string): FoundModel {
    return this.#models.get(name) ?? refuseModel(name, [...this.#models.keys()]);
  }

  /** Schedules the next scan; `took` is the duration of the last one in ms. */
  #wait(took = 0): void {
    if (this.#isClosed) return;
    const next = this.#clock.now() + Math.max(minScanGapMs, restAfterLook * took);
    this.#cancel = this.#clock.at(next, () => {
      const began = this.#clock.now();
      this.#look().finally(() => this.#wait(this.#clock.now() - began));
    });
  }

  /**
   * Scans the folder. If it can't be read for the moment, such as a disconnected share, the known models are
   * served on.
   */
  async #look(): Promise<void> {
    const found = await scan(this.#folder, this.#models).catch(() => this.#models);
    if (this.#isClosed) return;
    const before = this.#models;
    this.#models = found;
    for (const name of new Set([...before.keys(), ...found.keys()])) {
      if (before.get(name) === found.get(name)) continue;
      for (const changed of this.#listeners) changed(name);
    }
  }
}
