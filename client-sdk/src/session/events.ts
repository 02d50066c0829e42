import type { TrainingPath } from '@murmuration/engine/training/trainer';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { FreshStart } from '../private-layers/private-layers.ts';
import type { Sent } from '../transport/observed.ts';
import type { RoundCosts } from './costs.ts';

/**
 * Where the device stands in a round; `progress` is the share of the phase that is done, from 0 to 1. In a masked round a device trains
 * during `keys` and `shares`, and tells how far it is after them. `counted`: the coordinator has all that the device had to send; `ended`:
 * its part is over, however that came, and the last that is told of it.
 */
export interface RoundProgress {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Rounds of a task count from 1. */
  readonly number: number;
  /** Name of the query that the round asks; left out where devices train. */
  readonly query?: string;
  readonly phase:
    | 'keys'
    | 'shares'
    | 'agreement'
    | 'unmasking'
    | 'downloading'
    | 'training'
    | 'uploading'
    | 'counted'
    | 'ended';
  readonly progress: number;
}

/** What the session of a task tells. */
export interface SessionEvents {
  round(event: RoundProgress): void;
  /** What a round has cost this device: told once its part in it has ended, however that was. Nothing of it is sent. */
  costs(event: RoundCosts): void;
  /** A model version has arrived on the device. */
  model(event: { readonly task: TaskName; readonly model: ModelHash; readonly bytes: number }): void;
  /** The device has trained, on these kernels. */
  engine(event: TrainingPath & { readonly task: TaskName }): void;
  /** The private layers of a task begin with the weights of a model version, since the device has none of its own that fit. */
  'private-layers'(event: {
    readonly task: TaskName;
    readonly model: ModelHash;
    readonly reason: FreshStart;
  }): void;
  /**
   * The device waits `after` ms until it checks in again; null: for an assignment, or, after `start`, until somebody agrees or the app goes on.
   */
  wait(event: { readonly task: TaskName; readonly after: number | null; readonly reason: string }): void;
  /** Something is about to leave the device; what is sent again is told of again. */
  sent(event: Sent): void;
  /**
   * What went wrong; the client goes on by itself, but stops at `device.revoked`, and at
   * `device.enrolment-used-up` where the app enrols with a fixed token. A `plan.below-floor` is a `BelowFloor`, which names the
   * floor.
   */
  error(error: MurmurationError): void;
}
