import type { TrainingPath } from '@murmuration/engine/training/trainer';
import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids/ids';
import type { FreshStart } from '../private-layers/private-layers.ts';
import type { Sent } from '../transport/observed.ts';
import type { RoundCosts } from './costs.ts';

/**
 * Progress of the device in a round; `progress` is the finished share of the phase, 0 to 1. In a
 * masked round a device trains during `keys` and `shares`, and reports training after them. `counted`:
 * the coordinator has all that the device had to send; `ended`: the device's part is over for any
 * reason, and this is its last event.
 */
export interface RoundProgress {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Number of the round in its task, from 1. */
  readonly number: number;
  /** Name of the round's query; absent where devices train. */
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

export interface SessionEvents {
  round(event: RoundProgress): void;
  /** Costs of a round, once the device's part in it has ended for any reason. They are not sent. */
  costs(event: RoundCosts): void;
  /** Arrival of a model version on the device. */
  model(event: { readonly task: TaskName; readonly model: ModelHash; readonly bytes: number }): void;
  /** Kernels that the device has trained on. */
  engine(event: TrainingPath & { readonly task: TaskName }): void;
  /** Fresh start of a task's private layers from a model version: the device has no own weights that fit. */
  'private-layers'(event: {
    readonly task: TaskName;
    readonly model: ModelHash;
    readonly reason: FreshStart;
  }): void;
  /**
   * Milliseconds until the device checks in again; null while it waits for an assignment or, after `start`,
   * for consent or the end of a pause.
   */
  wait(event: { readonly task: TaskName; readonly after: number | null; readonly reason: string }): void;
  /** Data that is about to leave the device; emitted again when it is sent again. */
  sent(event: Sent): void;
  /**
   * Error. The client goes on, except after `device.revoked`, and after `device.enrolment-used-up` where the
   * app enrols with a fixed token. A `plan.below-floor` is a `BelowFloor`, which names the floor.
   */
  error(error: MurmurationError): void;
}
