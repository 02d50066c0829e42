import type { Serving } from '@murmuration/engine/serving';
import type { Conditions } from '@murmuration/protocol/messages/check-in';
import type { PlatformName } from '@murmuration/protocol/messages/hello';
import type { Cancel, Clock, RandomBytes } from '@murmuration/protocol/ports';
import type { Primitives } from '@murmuration/protocol/primitives/primitives';
import type { Inference } from './hybrid/inference.ts';
import type { ContentHash } from './model-cache.ts';
import type { Workshop } from './session/workshop.ts';
import type { Trainer } from './training/trainer.ts';
import type { Transport } from './transport/transport.ts';

/** What a client needs of the platform that it runs on; an entry point such as `node.ts` puts it together. */
export interface Platform {
  /** Told to the coordinator. */
  readonly name: PlatformName;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The signatures of the device's identity. */
  readonly ed25519: Primitives['ed25519'];
  /** Does the arithmetic of contributions on this thread, for trainers that have no thread for it: loaded when one first needs it. */
  readonly workshop: () => Promise<Workshop>;
  /** The device's state now; what the platform does not tell is left out. */
  readonly conditions: () => Promise<Conditions>;
  /** Calls `wake` each time the device comes back to a network, where the platform tells: waits for the coordinator end then. */
  readonly online?: (wake: () => void) => Cancel;
  /** SHA-256 of a large input, in hexadecimal, off the caller's thread; by default it is computed there. */
  readonly contentHash?: ContentHash;
  /** The way to the coordinator at `url`; `platform` is this one, for its clock, its randomness and its network. */
  readonly transport: (url: string, platform: Pick<Platform, 'clock' | 'random' | 'online'>) => Transport;
  /** A trainer that runs the objective of a module off the main thread. */
  readonly trainer: (objective: URL) => Trainer;
  /** Puts models to use; where the platform has no way of its own, an app that serves a model brings one. */
  readonly inference?: (serving: Serving<never>) => Inference;
}
