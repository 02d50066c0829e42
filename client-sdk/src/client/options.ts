import type { EnrolmentOptions } from '../device/handshake.ts';
import type { Floors } from '../floors/floors.ts';
import type { HybridOptions } from '../hybrid/hybrid-options.ts';
import type { BundledModel } from '../models/bundled-model.ts';
import type { AnswerOptions } from '../queries/answer-options.ts';
import type { EnergyModel } from '../session/costs.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport, TransportName } from '../transport/transport.ts';

/** Options of a task; all its examples have one type. */
export interface TaskOptions<Example = unknown> {
  /** Returns the device's examples; called at check-ins and when a round needs them. They are never sent. */
  readonly examples: () =>
    | Iterable<Example>
    | AsyncIterable<Example>
    | PromiseLike<Iterable<Example> | AsyncIterable<Example>>;
  /** Module whose default export is the `Objective`, or a trainer of the app's own. */
  readonly trainer: URL | Trainer;
  /** Layers that stay on the device: it declines plans that don't list them among their `privateLayers`. */
  readonly privateLayers?: readonly string[];
  /**
   * Most rows, or columns, that a tensor of a later model may have, by tensor name, such as
   * `{ 'embedding/embeddings': 20_000 }`; everything else is as in the first model (floor `topology`).
   */
  readonly growable?: Readonly<Record<string, number>>;
  /** Reads the model that ships with the app, used until the device has a newer one. */
  readonly bundled?: () => Promise<BundledModel>;
  /** Queries that the device answers, by name, 12 at most. @default none */
  readonly answers?: Readonly<Record<string, AnswerOptions>>;
  /** Serves a model of this task on the device: `client.hybrid(task)`. */
  readonly hybrid?: HybridOptions<NoInfer<Example>>;
}

/** Types of examples, by task name. */
export type ExamplesByTask = Readonly<Record<string, unknown>>;

export interface ClientOptions<Examples extends ExamplesByTask = ExamplesByTask> extends EnrolmentOptions {
  /**
   * URL of the coordinator, such as `https://learn.example.org`, or
   * `https://example.org/learn` behind a proxy.
   */
  readonly url: string | URL;
  /** Tasks, by name. */
  readonly tasks: { readonly [Task in keyof Examples]: TaskOptions<Examples[Task]> };
  /**
   * `asked`: nothing is sent before the person has said yes (`setConsent`), which is remembered.
   * `not-needed`: the device learns from data that is about no person, or the app asks by other means; a no
   * by `setConsent` still counts.
   * @default 'asked'
   */
  readonly consent?: 'asked' | 'not-needed';
  /**
   * Transport to the coordinator. `auto`: a WebSocket while it works; plain HTTP where it doesn't open, and
   * in a service worker. `sockets` and `http` use only that one. Plain HTTP holds no connection while nothing
   * is expected. A transport of the app's own, such as that of a coordinator in memory
   * (`@murmuration/client-sdk/testing`), serves one client; its input is bounded as with any other (SPEC
   * CH10).
   * @default 'auto'
   */
  readonly transport?: TransportName | Transport;
  /**
   * Origins of cells to which a front may send the device, such as `['https://cell-1.example.org']`. The
   * coordinator's host and the names below it are always allowed.
   */
  readonly cells?: readonly string[];
  /**
   * Origins from which the coordinator may have models fetched, such as
   * `['https://s3.eu-central-1.amazonaws.com']`; its own host and the names below it are always allowed. Such
   * a server learns the device's IP address, the time of the download, and the model version.
   */
  readonly buckets?: readonly string[];
  /**
   * `allowed`: the coordinator may be reached by http on another host, where anyone on the network path can
   * read and change everything, from the plan to an update that is not masked.
   */
  readonly cleartext?: 'allowed';
  /** Limits that no plan of the coordinator may lower; on by default, with the values of `defaultFloors`. */
  readonly floors?: Floors;
  /**
   * Inference token with the right `read`, sent with model downloads, for a coordinator whose setting
   * `reading` is `tokens`. All devices of an app may share it; it doesn't allow taking part.
   */
  readonly readToken?: string;
  /** Constants of the energy estimate in the event `costs`; missing ones are those of `defaultEnergy`. */
  readonly energy?: Partial<EnergyModel>;
}
