import type { CentralTrainer } from '@murmuration/lifecycle/central/central-trainer';
import type { Experiments } from '@murmuration/lifecycle/experiments/experiments';
import type { DeviceId } from '@murmuration/protocol/ids/ids';
import type { CheckIn, ComeBack } from '@murmuration/protocol/messages/check-in';
import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { Limits } from '@murmuration/rounds/limits/limits';
import type { Unmasker } from '@murmuration/rounds/masking/unmasker';
import type { Population } from '@murmuration/rounds/population/population';
import type { NoiseMaker } from '@murmuration/rounds/privacy/noise-maker';
import type { RetentionPolicy } from '@murmuration/rounds/registry/retention';
import type { CohortChannel } from '@murmuration/rounds/rounds/ports';
import type { PartDeal } from '@murmuration/storage/leases/parts';
import type { Storage } from '@murmuration/storage/storage';
import type { MomentActions } from './moment-actions.ts';

/** What the parts of a task need of experiments. */
export type FollowedExperiments = Pick<
  Experiments,
  'models' | 'modelsOf' | 'ofDevice' | 'served' | 'devices'
>;

/** The way to all devices, whatever carries it. */
export interface DeviceChannel extends CohortChannel {
  /** Devices that are connected and have said hello. */
  readonly size: number;
  /** Those devices. */
  readonly devices: Iterable<DeviceId>;
  /** Tells a device that it may come back sooner; one without a connection is not told. */
  comeBack(device: DeviceId, message: ComeBack): void;
  /** Closes the connection of a device that was revoked, or that another cell takes, if it has one. */
  disconnect(device: DeviceId, code: 'device.revoked' | 'server.unreachable'): void;
}

/** What a coordinator stands on; all of it is closed by the caller, after the core. */
export interface CorePorts {
  readonly clock: Clock;
  /** Draws cohorts, and makes ids and tokens of rounds. */
  readonly random: RandomBytes;
  /** Spreads check-ins. */
  readonly jitter: RandomBytes;
  /** Makes the secrets of noise, which nobody may guess. */
  readonly secrets: RandomBytes;
  readonly storage: Storage;
  /** Open. */
  readonly population: Population;
  /** Devices that will have enrolled once they are wanted, where that is known. */
  readonly expected?: number;
  readonly channel: DeviceChannel;
  readonly unmasker: Unmasker;
  readonly noise: NoiseMaker;
  /** Trains on examples of the coordinator's own. */
  readonly trainer: CentralTrainer;
  readonly events: CoordinatorEvents;
  /** Its parts join these. */
  readonly moments: MomentActions;
  readonly limits: Limits;
  readonly retention: RetentionPolicy;
  /** Of a cell: how devices are dealt to the parts of rounds that are spread; left out where each round is whole. */
  readonly deal?: PartDeal | undefined;
  /** Throws where no device is led now; left out where all always are. */
  readonly requireLeading?: (() => void) | undefined;
  /** Throws `ticket.refused` for a device that may not check in here; left out where all may. */
  readonly requireSent?: ((device: DeviceId, message: CheckIn) => void) | undefined;
}
