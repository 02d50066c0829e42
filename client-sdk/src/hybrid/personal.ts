import type { Serving } from '@murmuration/engine/inference/serving';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Inference, OpenModel } from './inference.ts';

export interface PersonalPorts {
  readonly serving: Serving<unknown>;
  readonly trainer: Trainer;
  readonly inference: Inference;
  /** Layers of this device that rounds have trained. */
  readonly privateLayers: PrivateLayers;
}

export interface LearningInput {
  /** Examples of the device, the oldest first; without held-out ones while λ is being chosen. */
  readonly examples: readonly unknown[];
  /** Version to be served; null before the device has one. */
  readonly global: ModelFiles | null;
  /** State learned before, as bytes; null at first, and where the model must not know what it observed. */
  readonly previous: Uint8Array | null;
  readonly signal: AbortSignal;
  /** Called with the finished share, from 0 to 1. */
  readonly progress: (done: number) => void;
}

export interface OpenPersonal extends OpenModel {
  /**
   * True if it is part of the version, the same on all devices: λ and answers as `personal` exclude it.
   * @default false
   */
  readonly isShared?: boolean;
  /**
   * Returns how well it knows the context of an input, a digit from 0 to 9, if that shows how reliable it is;
   * the mixture has weights for each combination.
   */
  confidence?(input: unknown): number;
  /** Returns the confidence at each question of an example. */
  confidences?(example: unknown): readonly number[];
  /**
   * Returns probabilities of the numbers beyond the classes (`Serving.own`); with those of `predict` the sum
   * is 1. Absent if it knows none.
   */
  own?(input: unknown): ReadonlyMap<number, number>;
  /** Learns a new example of the person; models with this method have `PersonalModel.empty`. */
  observe?(example: unknown): void;
  /** Returns its current state, if `observe` changes that. */
  bytes?(): Uint8Array;
  /** Returns true if it has learned anything; without this method it has. */
  isReady?(): boolean;
}

/**
 * Method of learning on one device. Learning never changes the model in use: it returns bytes, which are
 * stored before they replace it, so that neither a new version nor a crash loses what was learned.
 */
export interface PersonalModel {
  /** Name of its storage entry: lower-case letters, digits and dashes. */
  readonly name: string;
  /** True if it can't answer without a global model. */
  readonly needsGlobal: boolean;
  /**
   * State of an untrained model, if `observe` can teach it. Such a model learns twice: to
   * choose λ, and then from all examples.
   */
  readonly empty?: Uint8Array;
  /** Returns the learned state; null if there is nothing to learn yet. Throws `training.*`. */
  learn(input: LearningInput, ports: PersonalPorts): Promise<Uint8Array | null>;
  /**
   * Opens a learned state.
   *
   * @param global the served version, if `needsGlobal` requires one.
   * @returns the open model, or throws `hybrid.damaged` for bytes that `learn` did not return.
   */
  open(bytes: Uint8Array, global: ModelFiles | null, ports: PersonalPorts): Promise<OpenPersonal>;
}
