import type { MurmurationError } from '@murmuration/protocol/errors';
import type { ModelHash, RoundId, TaskName } from '@murmuration/protocol/ids';
import type { Role } from './device/turn.ts';
import type { OtherShape } from './floors/model-shape.ts';
import type { Protection } from './floors/protection.ts';
import type { HybridReport } from './hybrid/hybrid.ts';
import type { FreshStart } from './private-layers/private-layers.ts';
import type { TrainingPath } from './training/trainer.ts';
import type { Sent } from './transport/observed.ts';

/** Where the device stands in a round; `progress` is the share of the phase that is done, from 0 to 1. */
export interface RoundProgress {
  readonly task: TaskName;
  readonly round: RoundId;
  /** Rounds of a task count from 1. */
  readonly number: number;
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

/** What an app can listen to. */
export interface ClientEvents {
  connected(): void;
  /** One client of a storage takes part at a time: this one, or another, such as another tab of the app; it follows once that has gone. */
  role(role: Role): void;
  disconnected(reason: string): void;
  round(event: RoundProgress): void;
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
   * What the device serves is changing: personal models learn (`progress` from 0 to 1), then models and λ have been replaced (`ready`).
   * `report` is the one that holds now.
   */
  personal(event: {
    readonly task: TaskName;
    readonly phase: 'learning' | 'ready';
    readonly progress: number;
    readonly report: HybridReport | null;
  }): void;
  /**
   * A new version was compared with the one that serves, on the device's held-out examples: `refused` where it does worse by more than the
   * margin. Mean losses in nats; `serving` goes on.
   */
  version(event: {
    readonly task: TaskName;
    readonly model: ModelHash;
    readonly verdict: 'kept' | 'refused';
    readonly serving: ModelHash;
    readonly losses: { readonly next: number; readonly before: number };
  }): void;
  /** The client starts: what protects this device's updates, and which floors the app has set below the defaults. */
  protection(event: Protection): void;
  /** The model of a round is of another shape than the first one: the device declines until `acceptTopology(task, offered)`. */
  topology(event: OtherShape & { readonly task: TaskName }): void;
  /** The device waits: for an assignment, or `after` ms until it checks in again. */
  wait(event: { readonly task: TaskName; readonly after: number | null; readonly reason: string }): void;
  /** Something is about to leave the device; what is sent again is told of again. */
  sent(event: Sent): void;
  /**
   * What went wrong; the client goes on by itself, but stops at `device.revoked`. A `plan.below-floor` is a `BelowFloor`, which names the
   * floor.
   */
  error(error: MurmurationError): void;
}
