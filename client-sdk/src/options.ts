import type { Floors } from './session/floors.ts';
import type { Storage } from './storage/storage.ts';
import type { Trainer } from './training/trainer.ts';

/** What a device learns for one task. */
export interface TaskOptions {
  /** The device's examples; read when it checks in and when a round needs them, and never sent. */
  readonly examples: () => Iterable<unknown> | AsyncIterable<unknown>;
  /** A module whose default export is the `Objective`, or a trainer of the app's own. */
  readonly trainer: URL | Trainer;
}

export interface ClientOptions {
  /** The coordinator, such as `https://learn.example.org`. */
  readonly url: string;
  /** By name of the task. */
  readonly tasks: Readonly<Record<string, TaskOptions>>;
  readonly storage: Storage;
  /** The enrolment token that the operator gave to the app, or how to get it when it is needed. */
  readonly enrolment: string | (() => Promise<string>);
  /** Gets the enrolment authority's signature over this device's key (64 bytes), where the app has such an authority. */
  readonly certificate?: (publicKey: Uint8Array) => Promise<Uint8Array>;
  /** What no plan of the coordinator may lower. */
  readonly floors?: Floors;
}
