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
import type { Part } from './part.ts';
import type { SessionStore } from './saved-session.ts';
import type { Contributing } from './state.ts';

/** What a session needs of the platform that it runs on. */
export interface SessionPlatform extends Pick<DevicePlatform, 'clock' | 'random' | 'conditions' | 'spares'> {
  /** Does the arithmetic of contributions on this thread, for trainers that have no thread for it: loaded when one first needs it. */
  readonly updateProcessor: () => Promise<UpdateProcessor>;
  /** Processor time of the process so far, and bytes of memory that it holds now, where the platform tells. */
  readonly usage?: () => { readonly cpuSeconds: number; readonly memory: number };
}

/** What a session works with. */
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
  /** How the device serves the task, where it does. */
  readonly served?:
    | { readonly serving: Serving<unknown>; readonly verdicts: Pick<Verdicts, 'tell'> }
    | undefined;
  /** Whether a part of the examples is only to measure versions on, so that no round trains on it; of a task that is served. */
  readonly holdsOut?: boolean;
  readonly storage: Storage;
  readonly store: SessionStore;
  /** The device's signing key, which is there once it has connected. */
  readonly identity: () => DeviceIdentity;
  readonly floors: HeldFloors;
  /** By what the energy of rounds is estimated. */
  readonly energy: EnergyModel;
  /** What the device has sent for the task. */
  readonly contributions: Contributions;
  /** Loads what it does in a round. */
  readonly contribution: () => Promise<Contribute>;
  /** Loads what answers queries; left out where the app answers none. */
  readonly answers?: (() => Promise<SessionAnswers>) | undefined;
  /** The seed of the device's own draws in a round. */
  readonly ownSeed: (round: RoundId) => Promise<number>;
  readonly emit: <Name extends keyof SessionEvents>(
    name: Name,
    ...args: Parameters<SessionEvents[Name]>
  ) => void;
  /** Whether the device is free to take part: not busy in another task. */
  readonly isFree: () => boolean;
  /** Whether the device takes part: neither the app nor its person has ended that. */
  readonly takesPart: () => boolean;
}

/** One device's contribution to one round. */
export type Contribute = (contributing: Contributing, ports: SessionPorts) => Promise<void>;

/** What a contribution to one round works with. */
export interface RoundPorts extends SessionPorts {
  /** When the device got its assignment, ms since 1970 by its own clock. */
  readonly since: number;
  readonly part: Part;
}

/** Answers queries of the task. */
export interface SessionAnswers {
  /** Names of the queries that the device would answer now. */
  open(): Promise<string[]>;
  /** What it does in the round of a query. */
  part(assignment: Assignment): Part;
}
