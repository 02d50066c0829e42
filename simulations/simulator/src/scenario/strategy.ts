import { bulyan } from '@murmuration/rounds/strategy/bulyan';
import { centredClipping } from '@murmuration/rounds/strategy/centred-clipping';
import { fedAdagrad } from '@murmuration/rounds/strategy/fed-adagrad';
import { fedAdam } from '@murmuration/rounds/strategy/fed-adam';
import { fedAvg } from '@murmuration/rounds/strategy/fed-avg';
import { fedAvgM } from '@murmuration/rounds/strategy/fed-avg-m';
import { fedExP } from '@murmuration/rounds/strategy/fed-exp';
import { fedNova } from '@murmuration/rounds/strategy/fed-nova';
import { fedYogi } from '@murmuration/rounds/strategy/fed-yogi';
import { geometricMedian } from '@murmuration/rounds/strategy/geometric-median';
import { inGroups } from '@murmuration/rounds/strategy/in-groups';
import { krum, multiKrum } from '@murmuration/rounds/strategy/krum';
import { median } from '@murmuration/rounds/strategy/median';
import { qFedAvg } from '@murmuration/rounds/strategy/q-fed-avg';
import { scaffold } from '@murmuration/rounds/strategy/scaffold';
import type { Strategy } from '@murmuration/rounds/strategy/strategy';
import { trimmedMean } from '@murmuration/rounds/strategy/trimmed-mean';
import * as z from 'zod';

/** Strategy as plain data; each strategy ignores fields of the others. */
export const strategySettings = z
  .strictObject({
    name: z
      .enum([
        'fedAvg',
        'fedAvgM',
        'fedAdam',
        'fedYogi',
        'fedAdagrad',
        'fedExP',
        'fedNova',
        'median',
        'trimmedMean',
        'krum',
        'multiKrum',
        'bulyan',
        'centredClipping',
        'geometricMedian',
        'qFedAvg',
        'scaffold',
      ])
      .default('fedAvg'),
    serverLearningRate: z.number().positive().default(1),
    /** Momentum of `fedAvgM`. */
    momentum: z.number().min(0).lt(1).default(0.9),
    /** True if the step of `fedAvgM` looks ahead along the momentum. */
    nesterov: z.boolean().default(false),
    /** β₁ of `fedAdam`, `fedYogi` and `fedAdagrad`. */
    beta1: z.number().min(0).lt(1).default(0.9),
    /** β₂ of `fedAdam` and `fedYogi`. */
    beta2: z.number().min(0).lt(1).default(0.99),
    /** τ of `fedAdam`, `fedYogi` and `fedAdagrad`. */
    tau: z.number().positive().default(0.001),
    /** True if `fedAdam` and `fedYogi` correct their moments for their start. */
    biasCorrection: z.boolean().default(true),
    /**
     * Weight of the updates from which a round of `fedAdam` takes full steps; rounds of less take shorter
     * ones. 0: every round takes full steps.
     */
    fullWeight: z.number().min(0).default(0),
    /** Share that `trimmedMean` cuts off at each end. */
    trim: z.number().min(0).lt(0.5).default(0.1),
    /** Number of attackers' updates that `krum`, `multiKrum` and `bulyan` assume. */
    attackers: z.int().min(0).default(1),
    /** Longest distance from the centre for `centredClipping`; null: the median of the distances. */
    radius: z.number().positive().nullable().default(null),
    /** Epochs for `fedNova`, equal to `plan.epochs`. */
    epochs: z.int().min(1).default(1),
    /** Batch size for `fedNova`, equal to `plan.batchSize`. */
    batchSize: z.int().min(1).default(10),
    /** Examples per weight for `fedNova`: `plan.maxExamples` / `update.weightCap`. */
    examplesPerWeight: z.number().positive().default(1),
    /** ε of `fedExP`. */
    epsilon: z.number().positive().default(0.001),
    /** Fairness of `qFedAvg`: the larger, the more devices of a larger loss count. */
    q: z.number().positive().max(20).default(1),
    /** Number of participating devices for `scaffold`. */
    population: z.int().min(1).default(100),
    /** Longest change of a control variate of `scaffold`; null: derived from the plan. */
    controlClip: z.number().positive().nullable().default(null),
  })
  .prefault({});

/**
 * Makes the coordinator's strategy; with `isGrouped`, one that takes single updates works on the means of
 * groups.
 */
export function strategyOf(settings: z.output<typeof strategySettings>, isGrouped = false): Strategy {
  const strategy = namedBy(settings);
  return isGrouped && strategy.consumes === 'each' ? inGroups(strategy) : strategy;
}

function namedBy(settings: z.output<typeof strategySettings>): Strategy {
  switch (settings.name) {
    case 'fedAvg':
      return fedAvg(settings);
    case 'fedAvgM':
      return fedAvgM(settings);
    case 'fedAdam':
      return fedAdam(settings);
    case 'fedYogi':
      return fedYogi(settings);
    case 'fedAdagrad':
      return fedAdagrad(settings);
    case 'fedExP':
      return fedExP(settings);
    case 'fedNova': {
      const { epochs, batchSize, examplesPerWeight } = settings;
      return fedNova({ epochs, batchSize, examplesPerWeight });
    }
    case 'krum':
      return krum(settings);
    case 'multiKrum':
      return multiKrum(settings);
    case 'bulyan':
      return bulyan(settings);
    case 'centredClipping': {
      const { serverLearningRate, radius } = settings;
      return centredClipping({ serverLearningRate, ...(radius !== null && { radius }) });
    }
    case 'geometricMedian':
      return geometricMedian(settings);
    case 'median':
      return median(settings);
    case 'qFedAvg':
      return qFedAvg({ q: settings.q });
    case 'scaffold': {
      const { population, serverLearningRate, controlClip } = settings;
      return scaffold({ population, serverLearningRate, ...(controlClip && { controlClip }) });
    }
    case 'trimmedMean':
      return trimmedMean(settings);
  }
}
