import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { HybridReport } from './hybrid.ts';

/** What the hybrid model of a task tells. */
export interface HybridEvents {
  /** A model version has arrived on the device. */
  model(event: { readonly task: TaskName; readonly model: ModelHash; readonly bytes: number }): void;
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
  /** What went wrong; the device goes on with what it has. */
  error(error: MurmurationError): void;
}
