import type { LoadedModel, RunOptions } from '@murmuration/engine/inference/loaded-model';
import type { LayersContent, ModelContent } from '../source/source.ts';

export type { LoadedModel, RunOptions };

/** Runtime for a kind of models. */
export interface Runtime {
  /** Name for display, such as `tfjs-layers`. */
  readonly name: string;
  /** Returns true if it knows this kind of content; a server loads it with the first runtime that does. */
  loads(content: ModelContent): boolean;
  /**
   * Loads a model, which keeps nothing of the content: its memory may be reused afterwards. Throws
   * `model.unusable` if the model can't be built. `lost` is called if the model's engine ends on its own;
   * then the model answers nothing.
   */
  load(content: ModelContent, lost?: () => void): Promise<LoadedModel>;
  /** Frees resources shared between models, such as threads. */
  close(): Promise<void>;
}

/**
 * Returns the content as layers content; throws `RangeError` for another platform, which is a mistake of the
 * caller.
 */
export function layersContent(content: ModelContent): LayersContent {
  if (content.platform !== 'tensorflowjs_layersmodel')
    throw new RangeError(`It loads no ${content.platform}.`);
  return content;
}
