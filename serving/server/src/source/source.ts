import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { Tensor } from '@murmuration/protocol/tensors/tensor';
import type { Cancel } from '@murmuration/protocol/time/clock';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { ServedExperiment } from '../experiments/experiment.ts';

/** One version of a model. */
export interface ServedModel {
  readonly name: string;
  /** A number, as text. */
  readonly version: string;
  /** Names its content: of two versions with one hash, one is loaded. */
  readonly hash: ModelHash;
}

/** What a model has to offer. */
export interface ModelListing {
  readonly name: string;
  /** Of the versions that can be asked for, the newest ones, oldest first. */
  readonly versions: readonly string[];
  /** Versions by the names that move, such as `latest` and `champion`. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The alias that whoever names no version means. */
  readonly standard: string;
}

/** The content of a version, by the platform that made it, as Triton and KServe name them. */
export type ModelContent = LayersContent | OnnxContent;

interface AnyContent {
  /** Inputs of a request that was recorded, as a client sends it: it is answered once before the first one. */
  readonly recorded?: readonly Tensor[] | undefined;
  /** Gives the memory of the content back for the next one: to be called, if at all, once nothing reads it any more. */
  readonly release?: (() => void) | undefined;
}

export interface LayersContent extends AnyContent {
  readonly platform: 'tensorflowjs_layersmodel';
  readonly files: ModelFiles;
}

/** A file of ONNX, whole. */
export interface OnnxContent extends AnyContent {
  readonly platform: 'onnx_onnxv1';
  readonly bytes: Uint8Array;
}

/** Bytes of what a model has learned, as far as its content tells. */
export function sizeOfContent(content: ModelContent): number {
  return content.platform === 'onnx_onnxv1' ? content.bytes.length : content.files.weights.byteLength;
}

/** Where models come from. All methods throw `model.missing` for what there is not. */
export interface ModelSource {
  /** For people: `the folder ./models`. */
  readonly description: string;
  /** The names of all models, in order. */
  names(): Promise<readonly string[]>;
  listing(name: string): Promise<ModelListing>;
  /** The version that a number or an alias means; without one, the standard version. */
  resolve(name: string, at?: string): Promise<ServedModel>;
  /** Throws `model.missing`, `model.corrupt`, and what the way to the content fails with. */
  content(model: ServedModel): Promise<ModelContent>;
  /** The experiments that run on a model, as of now and without waiting; without it, there are none. */
  experiments?(name: string): readonly ServedExperiment[];
  /** Calls `changed` with the name of each model whose versions or aliases are no longer what they were. */
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
