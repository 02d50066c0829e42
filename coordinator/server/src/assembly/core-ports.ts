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
import type { Stores } from '@murmuration/storage/storage';
import type { MomentActions } from './moment-actions.ts';

/** Parts of experiments that a task uses. */
export type FollowedExperiments = Pick<
  Experiments,
  'models' | 'modelsOf' | 'ofDevice' | 'served' | 'devices'
>;

/** Channel to all devices, over any transport. */
export interface DeviceChannel extends CohortChannel {
  /** Number of devices that are connected and have said hello. */
  readonly size: number;
  /** Devices that are connected and have said hello. */
  readonly devices: Iterable<DeviceId>;
  /** Tells a connected device that it may come back sooner; does nothing for others. */
  comeBack(device: DeviceId, message: ComeBack): void;
  /** Closes the connection, if any, of a device that was revoked or that another cell takes. */
  disconnect(device: DeviceId, code: 'device.revoked' | 'server.unreachable'): void;
}

/** Dependencies of a core; the caller closes all of them after the core. */
export interface CorePorts {
  readonly clock: Clock;
  /** Draws cohorts, round ids and round tokens. */
  readonly random: RandomBytes;
  /** Source of randomness that spreads check-ins. */
  readonly jitter: RandomBytes;
  /** Source of the secrets of noise, which must be unpredictable. */
  readonly secrets: RandomBytes;
  readonly storage: Stores;
  /** Opened by the caller. */
  readonly population: Population;
  /** Number of devices that will have enrolled by the time they are needed, if known. */
  readonly expected?: number;
  readonly channel: DeviceChannel;
  readonly unmasker: Unmasker;
  readonly noise: NoiseMaker;
  /** Trains on the coordinator's own examples. */
  readonly trainer: CentralTrainer;
  readonly events: CoordinatorEvents;
  /** Moments that the core's parts join. */
  readonly moments: MomentActions;
  readonly limits: Limits;
  readonly retention: RetentionPolicy;
  /** Deals devices to the parts of spread rounds, in a cell; undefined if every round is whole. */
  readonly deal?: PartDeal | undefined;
  /** Throws if no device may be led now; undefined if all always may. */
  readonly requireLeading?: (() => void) | undefined;
  /** Throws `ticket.refused` for a device that may not check in here; undefined if all may. */
  readonly requireSent?: ((device: DeviceId, message: CheckIn) => void) | undefined;
}
