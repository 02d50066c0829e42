import type { Serving } from '@murmuration/engine/serving';
import type { RoundId, TaskName } from '@murmuration/protocol/ids';
import type { DeviceIdentity } from '../device/identity.ts';
import type { ClientEvents } from '../events.ts';
import type { Contributions } from '../floors/contributions.ts';
import type { HeldFloors } from '../floors/floors.ts';
import type { Verdicts } from '../hybrid/verdicts.ts';
import type { ModelCache } from '../model-cache.ts';
import type { Platform } from '../platform.ts';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport } from '../transport/transport.ts';
import type { Nudge } from './nudge.ts';
import type { SessionStore } from './saved-session.ts';

/** What a session works with. */
export interface SessionPorts {
  readonly task: TaskName;
  readonly platform: Platform & { readonly nudge: Nudge };
  readonly transport: Pick<Transport, 'request' | 'upload'>;
  readonly trainer: Trainer;
  readonly examples: () => Iterable<unknown> | AsyncIterable<unknown>;
  readonly models: ModelCache;
  readonly privateLayers: PrivateLayers;
  /** Layers that no plan may have uploaded. */
  readonly keepPrivate: readonly string[];
  /** How the device serves the task, where it does. */
  readonly served?:
    | { readonly serving: Serving<unknown>; readonly verdicts: Pick<Verdicts, 'tell'> }
    | undefined;
  readonly store: SessionStore;
  /** The device's signing key, which is there once it has connected. */
  readonly identity: () => DeviceIdentity;
  readonly floors: HeldFloors;
  /** What the device has sent for the task. */
  readonly contributions: Contributions;
  /** The seed of the device's own draws in a round. */
  readonly ownSeed: (round: RoundId) => Promise<number>;
  readonly emit: <Name extends keyof ClientEvents>(
    name: Name,
    ...args: Parameters<ClientEvents[Name]>
  ) => void;
  /** Whether the device is free to take part: not busy in another task. */
  readonly isFree: () => boolean;
}

/** What a contribution to one round works with. */
export interface RoundPorts extends SessionPorts {
  /** When the device got its assignment, ms since 1970 by its own clock. */
  readonly since: number;
}
