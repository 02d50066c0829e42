import type { DevicePlatform } from '../device/device-platform.ts';
import type { HybridPlatform } from '../hybrid/hybrid-platform.ts';
import type { SessionPlatform } from '../session/ports.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport, TransportName, TransportPlatform } from '../transport/transport.ts';
import type { Parts } from './parts.ts';

/** What a client needs of the platform that it runs on; an entry point such as `node.ts` puts it together. */
export interface Platform extends DevicePlatform, SessionPlatform, HybridPlatform {
  /** The way to the coordinator at `base`, by what the app says; `platform` is this one, for its clock, its randomness and its network. */
  readonly transport: (base: URL, platform: TransportPlatform, name?: TransportName) => Transport;
  /** What the first model and the first check-in need, where it is here already; left out: loaded then. */
  readonly parts?: Parts;
  /** A trainer that runs the objective of a module off the main thread. */
  readonly trainer: (objective: URL) => Trainer;
}
