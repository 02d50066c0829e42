import { once } from '@murmuration/protocol/concurrency/once';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { SplitLayout } from '@murmuration/protocol/weights/shared-part';
import type { Storage } from '../storage/storage.ts';
import type { KeptLayers } from './kept-layers.ts';

/** What few tasks have a use for. */
export const loadForm = once(() => import('./kept-layers.ts'));

/** Why private layers begin with the weights of the model version, not with the device's own. */
export type FreshStart = 'none-kept' | 'other-shapes' | 'damaged';

/**
 * The layers of one task that this device has for itself (FedPer: Arivazhagan et al. 2019, Algorithm 1): a round begins and ends
 * with them here, in the device's storage, and only what `takePart(…, 'shared')` returns goes on to an update.
 */
export class PrivateLayers {
  readonly #storage: Storage;
  readonly #name: string;

  constructor(storage: Storage, task: TaskName) {
    this.#storage = storage;
    this.#name = `private.${task}`;
  }

  /** What the device keeps; undefined where that is nothing, or damaged. */
  async kept(): Promise<KeptLayers | undefined> {
    const bytes = await this.#storage.get(this.#name);
    return bytes && (await loadForm()).decodeKeptLayers(bytes);
  }

  /**
   * The model with the device's own weights in its private layers, or as it came, which `fresh` hears of: the first time, and where
   * what was kept is of other tensors or damaged. A plan without private layers leaves the model, and what is kept, as they are.
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
   * Keeps the private layers as training left them: `weights` before it, `delta` what it added, both with the values of the whole
   * model. Throws `training.failed` where training diverged; what was kept before stays.
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
