import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { ServedExperiment } from '../experiments/experiment.ts';

/** Version of a model. */
export interface ServedModel {
  readonly name: string;
  /** Version number, as text. */
  readonly version: string;
  /** Hash of its content: two versions with the same hash are loaded once. */
  readonly hash: ModelHash;
}

/** Versions and aliases of a model. */
export interface ModelListing {
  readonly name: string;
  /** Newest available versions, oldest first. */
  readonly versions: readonly string[];
  /** Versions by alias, such as `latest` and `champion`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Alias for requests that name no version. */
  readonly standard: string;
}

/** Content of a version, by its platform as named in Triton and KServe. */
export type ModelContent = LayersContent | OnnxContent;

interface AnyContent {
  /**
   * Inputs of a recorded request, as a client sends them: the model answers it once before the first request.
   */
  readonly recorded?: readonly Tensor[] | undefined;
  /** Releases the memory of the content for reuse; if called at all, only once nothing reads it. */
  readonly release?: (() => void) | undefined;
}

export interface LayersContent extends AnyContent {
  readonly platform: 'tensorflowjs_layersmodel';
  readonly files: ModelFiles;
}

/** Whole ONNX file. */
export interface OnnxContent extends AnyContent {
  readonly platform: 'onnx_onnxv1';
  readonly bytes: Uint8Array;
}

/** Returns the bytes of a model's weights, as far as its content tells. */
export function sizeOfContent(content: ModelContent): number {
  return content.platform === 'onnx_onnxv1' ? content.bytes.length : content.files.weights.byteLength;
}

/** Source of models. All methods throw `model.missing` for unknown models and versions. */
export interface ModelSource {
  /** Description for display, such as `the folder ./models`. */
  readonly description: string;
  /** Returns the names of all models, in order. */
  names(): Promise<readonly string[]>;
  listing(name: string): Promise<ModelListing>;
  /** Returns the version that a number or an alias means; by default the standard version. */
  resolve(name: string, at?: string): Promise<ServedModel>;
  /** Returns the content of a version. Throws `model.missing`, `model.corrupt`, and errors of reading it. */
  content(model: ServedModel): Promise<ModelContent>;
  /**
   * Returns the experiments that run on a model now, without waiting; sources without this method have none.
   */
  experiments?(name: string): readonly ServedExperiment[];
  /** Calls `changed` with the name of each model whose versions or aliases change. */
  watch(changed: (name: string) => void): Cancel;
  close(): Promise<void>;
}

/** Throws `model.missing`, naming the models that there are. */
export function refuseModel(name: string, names: readonly string[]): never {
  const known = names.slice(0, 20).join(', ') || 'none';
  throw new MurmurationError(
    'model.missing',
    `Request for unknown model: "${name}" is not found. There is: ${known}${names.length > 20 ? ', …' : ''}.`,
  );
}

/** Throws `model.missing`, naming the versions and aliases that there are. */
export function refuseVersion({ name, versions, aliases }: ModelListing, at: string): never {
  const known = [...Object.keys(aliases), ...versions.slice(-20)].join(', ') || 'none';
  throw new MurmurationError(
    'model.missing',
    `Request for unknown model: "${name}" has no version "${at}". There is: ${known}.`,
  );
}
