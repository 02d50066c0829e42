import type { DevicePlatform } from '../device/device-platform.ts';
import type { HybridPlatform } from '../hybrid/hybrid-platform.ts';
import type { SessionPlatform } from '../session/ports.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport, TransportName, TransportPlatform } from '../transport/transport.ts';
import type { ClientParts } from './parts.ts';

/** Platform interface of a client; an entry point such as `node.ts` implements it. */
export interface Platform extends DevicePlatform, SessionPlatform, HybridPlatform {
  /**
   * Creates the transport to the coordinator at `base`, with the clock, randomness and network of `platform`:
   * the one called `name`, else the default.
   */
  readonly transport: (base: URL, platform: TransportPlatform, name?: TransportName) => Transport;
  /** Code that a client needs to check in and to load a model, if loaded already; else it loads on demand. */
  readonly parts?: ClientParts;
  /** Creates a trainer that runs the objective of a module off the main thread. */
  readonly trainer: (objective: URL) => Trainer;
}
