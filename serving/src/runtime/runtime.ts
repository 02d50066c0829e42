import type { Tensor, TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import type { LayersContent, ModelContent } from '../source/source.ts';

/** What runs models of a kind. */
export interface Runtime {
  /** For people: `tfjs-layers`. */
  readonly name: string;
  /** Whether it knows this kind of content; the first runtime of a server that does loads it. */
  loads(content: ModelContent): boolean;
  /** Throws `model.unusable` where the model can't be built. */
  load(content: ModelContent): Promise<LoadedModel>;
  /** Frees what it shares between models, such as threads. */
  close(): Promise<void>;
}

/** A model in memory. */
export interface LoadedModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Memory that it takes. */
  readonly bytes: number;
  /** On what it runs, and why, in a few words. */
  readonly engine: string;
  /** Whether rows of different lengths may stand in one batch: see `RunOptions`. */
  readonly takesLengths: boolean;
  /**
   * Answers inputs that fit `inputs`, with tensors that fit `outputs`, in their order. Throws `inference.input` for values that the model
   * does not take. One call at a time.
   */
  run(inputs: readonly Tensor[], options?: RunOptions): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}

/** The content as one that this runtime's `loads` takes; another is a mistake of the caller. */
export function layersContent(content: ModelContent): LayersContent {
  if (content.platform !== 'tensorflowjs_layersmodel')
    throw new RangeError(`It loads no ${content.platform}.`);
  return content;
}

export interface RunOptions {
  /**
   * Steps that count of each row of the one input; what follows them is padding. Each output is then that of the last such step alone:
   * `[rows, …]` in place of `[rows, steps, …]`. For models with `takesLengths`.
   */
  readonly lengths?: readonly number[] | undefined;
}
