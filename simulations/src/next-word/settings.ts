import type { FineTuning } from '@murmuration/client-sdk/hybrid/fine-tuned';
import type { FedAdamSettings } from '@murmuration/coordinator/strategy/fed-adam';
import type { TaskDefinition } from '@murmuration/coordinator/task/define-task';
import type { ModelSize } from '@murmuration/demo-keyboard-app/task/model';

/** How text in one place is learned, by Adam. */
export interface CentralSettings {
  /** Passes over the text; 0 for none. */
  readonly epochs: number;
  /** Rows in one step. */
  readonly batchSize: number;
  /** In the first epoch. */
  readonly learningRate: number;
  /** In the last epoch, as a share of the first one's; those between lie on a line. */
  readonly lastRate: number;
  /** Longest L2 norm of the gradient of one step. */
  readonly gradientClip: number;
  /** Classes that the softmax of a step draws beside the labels; null for all. */
  readonly negatives: number | null;
}

/** How the phones and the coordinator train the shared model. */
export interface FederatedSettings {
  /** One after the other, each from the model of the one before: as an operator changes a task. */
  readonly stages: readonly FederatedStage[];
  /** Phones whose updates make a round. */
  readonly cohort: number;
  readonly plan: Omit<TaskDefinition['plan'], 'learningRate' | 'seed' | 'sampledSoftmax' | 'privateLayers'>;
  /** Classes that the softmax of a phone's step draws beside the labels; null for all. */
  readonly negatives: number | null;
  readonly update: TaskDefinition['update'];
  /** Of FedAdam, whose moments begin anew with each stage. */
  readonly strategy: Omit<FedAdamSettings, 'serverLearningRate'>;
}

/** Rounds under the same learning rates. */
export interface FederatedStage {
  readonly rounds: number;
  /** Of the phones. */
  readonly learningRate: number;
  /** Of FedAdam. */
  readonly serverLearningRate: number;
}

/** All that the table depends on; each lever is one of these. */
export interface KeyboardTableSettings {
  /** The one model that is trained centrally, by federation, and further on each phone. */
  readonly model: ModelSize;
  /** Tokens in a row of a batch. */
  readonly rowLength: number;
  /** On public text, before the phones' own: central and federated training begin with the same weights. */
  readonly pretraining: CentralSettings;
  readonly central: CentralSettings;
  readonly federated: FederatedSettings;
  /** The copy of the shared model that each phone trains further. */
  readonly fineTuning: FineTuning;
}

/**
 * The settings of `npm run simulate -- keyboard`. They were chosen on the last ninth of the phones' training messages, with the models
 * learning from the others, never on held-out ones.
 */
export const keyboardTableSettings: KeyboardTableSettings = {
  model: { vocabulary: 6_000, embedding: 96, gru: 256, dense: 96, tied: true, dropout: 0.2 },
  rowLength: 20,
  pretraining: {
    epochs: 1,
    batchSize: 32,
    learningRate: 0.002,
    lastRate: 1,
    gradientClip: 1,
    negatives: 400,
  },
  central: {
    epochs: 5,
    batchSize: 32,
    learningRate: 0.002,
    lastRate: 0.2,
    gradientClip: 1,
    negatives: 400,
  },
  federated: {
    stages: [
      { rounds: 85, learningRate: 1, serverLearningRate: 0.03 },
      { rounds: 30, learningRate: 1, serverLearningRate: 0.01 },
      { rounds: 15, learningRate: 0.5, serverLearningRate: 0.004 },
    ],
    cohort: 10,
    plan: { epochs: 1, batchSize: 4, gradientClip: 1, maxExamples: 200 },
    negatives: 200,
    update: { clip: 15, bits: 8, weighting: 'examples', weightCap: 8 },
    strategy: { tau: 0.0005 },
  },
  fineTuning: {
    epochs: 2,
    batchSize: 4,
    learningRate: 0.5,
    proximal: 0.01,
    gradientClip: 1,
    sampledSoftmax: { negatives: 200 },
  },
};
