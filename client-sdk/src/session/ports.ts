import type { Serving } from '@murmuration/engine/inference/serving';
import type { RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { DevicePlatform } from '../device/device-platform.ts';
import type { DeviceIdentity } from '../device/identity.ts';
import type { Contributions } from '../floors/contributions.ts';
import type { HeldFloors } from '../floors/floors.ts';
import type { Verdicts } from '../hybrid/verdicts.ts';
import type { Models } from '../models/models.ts';
import type { PrivateLayers } from '../private-layers/private-layers.ts';
import type { WakeSignal } from '../retry/wake-signal.ts';
import type { Storage } from '../storage/storage.ts';
import type { GiveExamples } from '../training/examples.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Transport } from '../transport/transport.ts';
import type { UpdateProcessor } from '../update/update-processor.ts';
import type { EnergyModel } from './costs.ts';
import type { SessionEvents } from './events.ts';
import type { AnyPart } from './part.ts';
import type { SavedSessionStore } from './saved-session.ts';
import type { Contributing } from './state.ts';

export interface SessionPlatform extends Pick<DevicePlatform, 'clock' | 'random' | 'conditions' | 'spares'> {
  /**
   * Loads the update processor of this thread, for trainers without one of their own; called on first use.
   */
  readonly updateProcessor: () => Promise<UpdateProcessor>;
  /**
   * Returns the processor time of the process so far and its bytes of
   * memory, where the platform reports them.
   */
  readonly usage?: () => { readonly cpuSeconds: number; readonly memory: number };
}

export interface SessionPorts {
  readonly task: TaskName;
  readonly platform: SessionPlatform & { readonly wake: WakeSignal };
  readonly transport: Pick<Transport, 'request' | 'upload' | 'download' | 'isSeeking' | 'stopSeeking'>;
  readonly trainer: Trainer;
  readonly examples: GiveExamples;
  readonly models: Models;
  readonly privateLayers: PrivateLayers;
  /** Layers that no plan may have uploaded. */
  readonly keepPrivate: readonly string[];
  /** Serving setup of the task, if the device serves it. */
  readonly served?:
    | { readonly serving: Serving<unknown>; readonly verdicts: Pick<Verdicts, 'tell'> }
    | undefined;
  /**
   * True if some examples are only for measuring versions, so that no round trains on them; for served tasks.
   */
  readonly holdsOut?: boolean;
  readonly storage: Storage;
  readonly store: SavedSessionStore;
  /** Returns the device's signing key, which exists once it has connected. */
  readonly identity: () => DeviceIdentity;
  readonly floors: HeldFloors;
  readonly energy: EnergyModel;
  /** Record of the contributions that the device has sent for the task. */
  readonly contributions: Contributions;
  /** Loads the code for contributions. */
  readonly contribution: () => Promise<Contribute>;
  /** Loads the code that answers queries; undefined if the app answers none. */
  readonly answers?: (() => Promise<SessionAnswers>) | undefined;
  /** Returns the seed of the device's own draws in a round. */
  readonly ownSeed: (round: RoundId) => Promise<number>;
  readonly emit: <Name extends keyof SessionEvents>(
    name: Name,
    ...args: Parameters<SessionEvents[Name]>
  ) => void;
  /** True if the device is not busy with another task. */
  readonly isFree: () => boolean;
  /** True unless the app or the person has stopped taking part. */
  readonly takesPart: () => boolean;
}

export type Contribute = (contributing: Contributing, ports: SessionPorts) => Promise<void>;

export interface RoundPorts extends SessionPorts {
  /** Time when the device got its assignment, ms since 1970 by its own clock. */
  readonly since: number;
  readonly part: AnyPart;
}

export interface SessionAnswers {
  /** Returns the names of the queries that the device would answer now. */
  open(): Promise<string[]>;
  /** Returns the device's part in the round of a query. */
  part(assignment: Assignment): AnyPart;
}
