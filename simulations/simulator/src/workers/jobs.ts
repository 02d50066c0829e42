import type { Contribution } from '@murmuration/client-sdk/update/prepare';
import type { MaskedRoundSetup, MaskingStep } from '@murmuration/client-sdk/update/update-processor';
import type { TrainingResult } from '@murmuration/engine/training/trainer';
import type { MaskingEvent } from '@murmuration/protocol/messages/masking-event';
import type { TrainingSettings } from '@murmuration/protocol/messages/plan';
import type { Assignment } from '@murmuration/protocol/messages/round';
import type { ModelFiles } from '@murmuration/protocol/weights/model-files';
import type { MeasuredMetrics } from '../scenario/define-scenario.ts';

/** Start-up data of a run's thread. */
export interface WorkerSetup {
  /** URL of the scenario's file. */
  readonly module: string;
  /** Settings with all defaults filled in. */
  readonly settings: unknown;
  /** `FederatedData` of the run. */
  readonly data: unknown;
}

/** Work of a device that runs outside its client's thread. */
export type Job =
  | {
      readonly kind: 'train';
      readonly client: number;
      readonly model: ModelFiles;
      readonly settings: TrainingSettings;
    }
  | {
      readonly kind: 'prepare';
      readonly contribution: Contribution;
      readonly assignment: Assignment;
      /** Name of the random stream. */
      readonly draws: string;
    }
  /** Enters the masked round with that id, or resumes from its saved state. */
  | {
      readonly kind: 'enter';
      readonly id: number;
      readonly terms: MaskedRoundSetup;
      readonly saved: Uint8Array | undefined;
      readonly draws: string;
    }
  | {
      readonly kind: 'hear';
      readonly id: number;
      readonly event: MaskingEvent;
      readonly message: Uint8Array;
    }
  | {
      readonly kind: 'mask';
      readonly id: number;
      readonly contribution: Contribution;
      readonly assignment: Assignment;
    }
  | { readonly kind: 'forget'; readonly id: number }
  /** Measures a model on some of the held-out examples. */
  | { readonly kind: 'measure'; readonly model: ModelFiles; readonly from: number; readonly to: number }
  /** Measures a model on the examples of one client. */
  | { readonly kind: 'measure-client'; readonly model: ModelFiles; readonly client: number }
  | { readonly kind: 'engine' };

/** Step of one device's part in a round, which is short compared to a training. */
type Step = Extract<Job, { readonly kind: (typeof steps)[number] }>;

const steps = ['prepare', 'enter', 'hear', 'mask', 'forget'] as const;

export function isStep(job: Job): job is Step {
  return (steps as readonly string[]).includes(job.kind);
}

/** Results by kind of job. */
interface Results {
  readonly train: TrainingResult;
  readonly prepare: Uint8Array;
  readonly enter: MaskingStep;
  readonly hear: MaskingStep;
  readonly mask: MaskingStep & { readonly update: Uint8Array };
  readonly forget: null;
  readonly measure: MeasuredMetrics;
  readonly 'measure-client': MeasuredMetrics;
  readonly engine: string;
}

export type ResultOf<Kind extends Job> = Results[Kind['kind']];
