import type { Serving } from '@murmuration/engine/serving';
import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { Clock, RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Inference } from './hybrid/inference.ts';
import type { Trainer } from './training/trainer.ts';
import type { Transport } from './transport/transport.ts';

/** What a client needs of the platform that it runs on; an entry point such as `node.ts` puts it together. */
export interface Platform {
  /** Told to the coordinator, such as `node`. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly primitives: Primitives;
  /** The device's state now; what the platform does not tell is left out. */
  readonly conditions: () => Promise<Conditions>;
  /** The way to the coordinator at `url`; `platform` is this one, for its clock and randomness. */
  readonly transport: (url: string, platform: Pick<Platform, 'clock' | 'random'>) => Transport;
  /** A trainer that runs the objective of a module off the main thread. */
  readonly trainer: (objective: URL) => Trainer;
  /** Puts models to use; where the platform has no way of its own, an app that serves a model brings one. */
  readonly inference?: (serving: Serving<never>) => Inference;
}
