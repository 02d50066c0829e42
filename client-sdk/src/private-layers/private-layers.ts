import { once } from '@murmuration/protocol/concurrency/once';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { SplitLayout } from '@murmuration/protocol/weights/shared-part';
import type { Storage } from '../storage/storage.ts';
import type { KeptLayers } from './kept-layers.ts';

/** Loaded on demand: few tasks need it. */
export const loadForm = once(() => import('./kept-layers.ts'));

/** Reason why private layers start from the model version, not from the device's own weights. */
export type FreshStart = 'none-kept' | 'other-shapes' | 'damaged';

/**
 * Private layers of a task on this device (FedPer: Arivazhagan et al. 2019, Algorithm 1): a round
 * loads them from the device's storage and keeps them there, and only the result of
 * `takePart(…, 'shared')` becomes part of an update.
 */
export class PrivateLayers {
  readonly #storage: Storage;
  readonly #name: string;

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#name = `private.${task}`;
  }

  /** Returns the kept layers; undefined if there are none, or if they are damaged. */
  async kept(): Promise<KeptLayers | undefined> {
    const bytes = await this.#storage.get(this.#name);
    return bytes && (await loadForm()).decodeKeptLayers(bytes);
  }

  /**
   * Returns the model with the device's own weights in its private layers, or unchanged, with a call of
   * `fresh`: the first time, and if the kept ones have other tensors or are damaged. A plan without private
   * layers changes neither the model nor the kept ones.
   */
  async personalise(
    model: ModelFiles,
    split: SplitLayout,
    fresh: (reason: FreshStart) => void,
  ): Promise<ModelFiles> {
    if (!split.private) return model;
    const { decodeKeptLayers, withOwn } = await loadForm();
    const bytes = await this.#storage.get(this.#name);
    const kept = bytes && decodeKeptLayers(bytes);
    const own = kept && withOwn(model, split, kept);
    if (own) return own;
    fresh(kept ? 'other-shapes' : bytes ? 'damaged' : 'none-kept');
    return model;
  }

  /**
   * Stores the private layers after training: `weights` plus `delta`, both with the values of the whole
   * model. Throws `training.failed` if training diverged; the previous ones stay.
   */
  async keep(
    layers: readonly string[],
    split: SplitLayout,
    weights: Float32Array,
    delta: Float32Array,
  ): Promise<void> {
    if (!split.private) return;
    const { encodeKeptLayers, trainedLayers } = await loadForm();
    const kept = trainedLayers(layers, split, weights, delta);
    await this.#storage.put(this.#name, encodeKeptLayers(kept));
  }
}
