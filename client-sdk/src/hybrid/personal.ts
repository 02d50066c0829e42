import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Inference, OpenModel } from './inference.ts';

/** What a personal model may work with. */
export interface PersonalPorts {
  readonly serving: Serving<unknown>;
  readonly trainer: Trainer;
  readonly inference: Inference;
  /** What rounds have taught the layers that this device has for itself. */
  readonly privateLayers: PrivateLayers;
}

/** What there is to learn from. */
export interface LearningInput {
  /** The device's examples, oldest first; without those that are held out, as long as λ has to be chosen. */
  readonly examples: readonly unknown[];
  /** The version that is to be served; null before the device has any. */
  readonly global: ModelFiles | null;
  /** What the model learned before, as bytes; null the first time, and where it must not know what it observed. */
  readonly previous: Uint8Array | null;
  readonly signal: AbortSignal;
  /** Hears the share that is done, from 0 to 1. */
  readonly progress: (done: number) => void;
}

/** A personal model in use. */
export interface OpenPersonal extends OpenModel {
  /** Whether it is a part of the version, the same on all devices: λ leaves it out, and so does what answers as `personal`. False by default. */
  readonly isShared?: boolean;
  /**
   * How well it knows the context of what the app asks, a digit from 0 to 9, where that tells how far it is to be trusted; the weights of a
   * mixture are chosen for each combination.
   */
  confidence?(input: unknown): number;
  /** The same at each question of an example. */
  confidences?(example: unknown): readonly number[];
  /** Probabilities of the numbers beyond the classes (`Serving.own`); those of `predict` and these have the sum 1. Left out where it knows none. */
  own?(input: unknown): ReadonlyMap<number, number>;
  /** Takes an example that the person has just made, where the model learns one by one; its `PersonalModel` then has `empty`. */
  observe?(example: unknown): void;
  /** What it has learned by now, where `observe` changes that. */
  bytes?(): Uint8Array;
  /** Whether it has learned anything by now; without this method it has. */
  isReady?(): boolean;
}

/**
 * One way to learn from this device alone. Learning never touches the model in use: it returns bytes, which are stored before they are
 * opened in its place, so that neither a new version nor a crash loses what was learned.
 */
export interface PersonalModel {
  /** Names its bytes in the storage: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Whether it says nothing without a global model. */
  readonly needsGlobal: boolean;
  /**
   * The bytes of one that has learned nothing yet, where `observe` alone can teach it. Such a model learns twice: to choose λ, and then
   * from all examples.
   */
  readonly empty?: Uint8Array;
  /** Throws `training.*`; null where there is nothing to learn yet. */
  learn(input: LearningInput, ports: PersonalPorts): Promise<Uint8Array | null>;
  /**
   * @param global the version that is served, as far as `needsGlobal` asks for one.
   * @returns throws `hybrid.damaged` for bytes that are not what `learn` returned.
   */
  open(bytes: Uint8Array, global: ModelFiles | null, ports: PersonalPorts): Promise<OpenPersonal>;
}
