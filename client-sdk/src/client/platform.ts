import type { DevicePlatform } from '../device/device-platform.ts';
import type { HybridPlatform } from '../hybrid/hybrid-platform.ts';
import type { SessionPlatform } from '../session/ports.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport, TransportName, TransportPlatform } from '../transport/transport.ts';
import type { ClientParts } from './parts.ts';

/** Platform interface of a client; an entry point such as `node.ts` implements it. */
export interface Platform extends DevicePlatform, SessionPlatform, HybridPlatform {
  /**
   * Creates the transport to the coordinator at `base`; `platform` is this
   * object: clock, randomness and network.
   */
  readonly transport: (base: URL, platform: TransportPlatform, name?: TransportName) => Transport;
  /** Code for the first model and check-in, if already loaded; otherwise it is loaded on demand. */
  readonly parts?: ClientParts;
  /** Creates a trainer that runs the objective of a module off the main thread. */
  readonly trainer: (objective: URL) => Trainer;
}
