import type { EnrolmentOptions } from '../device/handshake.ts';
import type { Floors } from '../floors/floors.ts';
import type { HybridOptions } from '../hybrid/hybrid-options.ts';
import type { BundledModel } from '../models/bundled-model.ts';
import type { AnswerOptions } from '../queries/answer-options.ts';
import type { EnergyModel } from '../session/costs.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport, TransportName } from '../transport/transport.ts';

/** A task that a device takes part in, with examples of one type. */
export interface TaskOptions<Example = unknown> {
  /** The device's examples, or a promise of them; read when it checks in and when a round needs them, and never sent. */
  readonly examples: () =>
    | Iterable<Example>
    | AsyncIterable<Example>
    | PromiseLike<Iterable<Example> | AsyncIterable<Example>>;
  /** A module whose default export is the `Objective`, or a trainer of the app's own. */
  readonly trainer: URL | Trainer;
  /** Layers that stay on the device: it takes no part under a plan that does not name them among its own `privateLayers`. */
  readonly privateLayers?: readonly string[];
  /**
   * The most rows, or columns, that a later model may have in a tensor, by its name, such as `{ 'embedding/embeddings': 20_000 }`; all else is as in
   * the first model (the floor `topology`).
   */
  readonly growable?: Readonly<Record<string, number>>;
  /** Reads the model that comes with the app, to be used until the device has a newer one. */
  readonly bundled?: () => Promise<BundledModel>;
  /** The queries that the device answers, by their names, 12 at most; none where it is left out. */
  readonly answers?: Readonly<Record<string, AnswerOptions>>;
  /** Serves a model of this task on the device: `client.hybrid(task)`. */
  readonly hybrid?: HybridOptions<NoInfer<Example>>;
}

/** The types of the examples of tasks, by their names. */
export type ExamplesByTask = Readonly<Record<string, unknown>>;

export interface ClientOptions<Examples extends ExamplesByTask = ExamplesByTask> extends EnrolmentOptions {
  /** The coordinator, such as `https://learn.example.org`; with a path where a proxy has it under one, such as `https://example.org/learn`. */
  readonly url: string | URL;
  /** By name of the task. */
  readonly tasks: { readonly [Task in keyof Examples]: TaskOptions<Examples[Task]> };
  /**
   * `asked`, as by default: nothing is sent before somebody has said yes (`setConsent`), which is remembered. `not-needed`: what the device
   * learns from is nobody's, or the app has asked by other means; a no that was said by `setConsent` counts all the same.
   */
  readonly consent?: 'asked' | 'not-needed';
  /**
   * By what the device speaks with the coordinator. `auto`, as by default: over a WebSocket while one can be had, over plain HTTP where it
   * does not open, and in a service worker. `sockets` and `http`: by that alone. Plain HTTP holds no connection while nothing is expected.
   * A transport of the app's own is that of one client, as of a coordinator in memory (`@murmuration/client-sdk/testing`); what it brings is
   * bounded as with any other (SPEC CH10).
   */
  readonly transport?: TransportName | Transport;
  /**
   * Origins of cells to which a front may send the device besides those at its own host and at names below that, such as
   * `['https://cell-1.example.org']`.
   */
  readonly cells?: readonly string[];
  /**
   * Origins besides the host of the coordinator and names below that from which a coordinator may have models fetched, such as
   * `['https://s3.eu-central-1.amazonaws.com']`. What is there learns the device's address, when it fetches, and which version.
   */
  readonly buckets?: readonly string[];
  /**
   * `allowed`: the coordinator may be reached by http on another host than this one, where whoever is on the way reads and changes all, from
   * the plan to an update that is not masked.
   */
  readonly cleartext?: 'allowed';
  /** What no plan of the coordinator may lower; on by default, each with a value that `defaultFloors` shows. */
  readonly floors?: Floors;
  /**
   * An inference token with the right `read`, for a coordinator whose setting `reading` is `tokens`: downloads of models show it. All devices of
   * an app may have the same one; it lets nobody take part.
   */
  readonly readToken?: string;
  /** Constants of the estimate of energy in the event `costs`; what is left out is that of `defaultEnergy`. */
  readonly energy?: Partial<EnergyModel>;
}
