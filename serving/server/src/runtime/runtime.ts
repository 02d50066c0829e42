import type { LoadedModel, RunOptions } from '@murmuration/engine/inference/loaded-model';
import type { LayersContent, ModelContent } from '../source/source.ts';

export type { LoadedModel, RunOptions };

/** What runs models of a kind. */
export interface Runtime {
  /** For people: `tfjs-layers`. */
  readonly name: string;
  /** Whether it knows this kind of content; the first runtime of a server that does loads it. */
  loads(content: ModelContent): boolean;
  /** The model keeps nothing of the content, whose memory may be another's once this returns. Throws `model.unusable` where it can't be built. `lost` is called where what runs it ends by itself: it answers nothing from then on. */
  load(content: ModelContent, lost?: () => void): Promise<LoadedModel>;
  /** Frees what it shares between models, such as threads. */
  close(): Promise<void>;
}

/** The content as one that this runtime's `loads` takes; another is a mistake of the caller. */
export function layersContent(content: ModelContent): LayersContent {
  if (content.platform !== 'tensorflowjs_layersmodel')
    throw new RangeError(`It loads no ${content.platform}.`);
  return content;
}
