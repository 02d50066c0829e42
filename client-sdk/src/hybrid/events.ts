import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { HybridReport } from './hybrid.ts';

/** Events of a task's hybrid model. */
export interface HybridEvents {
  /** Arrival of a model version on the device. */
  model(event: { readonly task: TaskName; readonly model: ModelHash; readonly bytes: number }): void;
  /**
   * Change of what the device serves: personal models learn (`progress` from 0 to 1), then models and λ have
   * been replaced (`ready`). `report` is the current one.
   */
  personal(event: {
    readonly task: TaskName;
    readonly phase: 'learning' | 'ready';
    readonly progress: number;
    readonly report: HybridReport | null;
  }): void;
  /**
   * Comparison of a new version with the current one on the device's held-out examples: `refused` if its loss
   * exceeds the current one by more than the margin. Mean losses in nats; `serving` stays in use.
   */
  version(event: {
    readonly task: TaskName;
    readonly model: ModelHash;
    readonly verdict: 'kept' | 'refused';
    readonly serving: ModelHash;
    readonly losses: { readonly next: number; readonly before: number };
  }): void;
  /** Error; the device goes on with what it has. */
  error(error: MurmurationError): void;
}
