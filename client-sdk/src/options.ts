import type { Serving } from '@murmuration/engine/serving';
import type { Floors } from './floors/floors.ts';
import type { Inference } from './hybrid/inference.ts';
import type { PersonalModel } from './hybrid/personal.ts';
import type { BundledModel } from './model-cache.ts';
import type { Storage } from './storage/storage.ts';
import type { Trainer } from './training/trainer.ts';

/** What a device learns for one task. */
export interface TaskOptions {
  /** The device's examples; read when it checks in and when a round needs them, and never sent. */
  readonly examples: () => Iterable<unknown> | AsyncIterable<unknown>;
  /** A module whose default export is the `Objective`, or a trainer of the app's own. */
  readonly trainer: URL | Trainer;
  /** Layers that stay on the device: it takes no part under a plan that does not name them among its own `privateLayers`. */
  readonly privateLayers?: readonly string[];
  /**
   * The most rows that a later model may have in a tensor, by its name, such as `{ 'embedding/embeddings': 20_000 }`; all else is as in
   * the first model (the floor `topology`).
   */
  readonly growable?: Readonly<Record<string, number>>;
  /** Reads the model that comes with the app, to be used until the device has a newer one. */
  readonly bundled?: () => Promise<BundledModel>;
  /** Serves a model of this task on the device: `client.hybrid(task)`. */
  readonly hybrid?: HybridOptions;
}

/** How a task's model is served on the device, mixed with what was learned there alone. */
export interface HybridOptions {
  /** How what the app asks becomes the model's input, and what examples ask of a model. */
  readonly serving: Serving<never>;
  /** What is learned on this device alone; none by default: the global model serves. */
  readonly personal?: readonly PersonalModel[];
  /** What runs the models; by default that of the platform. */
  readonly inference?: Inference;
  /**
   * Mean loss, in nats, by which a new version may do worse on the device's held-out examples than the one that it serves: beyond it the
   * device goes on with that one. 0.1 by default; `Infinity` for every version to serve.
   */
  readonly margin?: number;
  /**
   * Whether the coordinator may be asked where this device can't run the model, if the task offers that: what the app asks about leaves the
   * device then. False by default.
   */
  readonly remote?: boolean;
  /** Examples observed after which the personal models learn anew, once the device is idle; 50 by default. */
  readonly refitAfter?: number;
}

export interface ClientOptions {
  /** The coordinator, such as `https://learn.example.org`. */
  readonly url: string;
  /** By name of the task. */
  readonly tasks: Readonly<Record<string, TaskOptions>>;
  readonly storage: Storage;
  /** The enrolment token that the operator gave to the app, or how to get it when it is needed. */
  readonly enrolment: string | (() => Promise<string>);
  /** Gets the enrolment authority's certificate of this device's key (68 bytes, `certify`), where the app has such an authority. */
  readonly certificate?: (publicKey: Uint8Array) => Promise<Uint8Array>;
  /**
   * `asked`, as by default: nothing is sent before somebody has said yes (`setConsent`), which is remembered. `not-needed`: what the device
   * learns from is nobody's, or the app has asked by other means; a no that was said by `setConsent` counts all the same.
   */
  readonly consent?: 'asked' | 'not-needed';
  /**
   * `allowed`: the coordinator may be reached by http on another host than this one, where whoever is on the way reads and changes all, from
   * the plan to an update that is not masked.
   */
  readonly cleartext?: 'allowed';
  /** What no plan of the coordinator may lower; on by default, each with a value that `defaultFloors` shows. */
  readonly floors?: Floors;
}
