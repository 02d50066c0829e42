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

/** A strategy as plain data; what a strategy does not know changes nothing in it. */
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
    /** Of `fedAvgM`. */
    momentum: z.number().min(0).lt(1).default(0.9),
    /** Of `fedAvgM`: whether its step looks ahead along the momentum. */
    nesterov: z.boolean().default(false),
    /** Of `fedAdam`, `fedYogi` and `fedAdagrad`. */
    beta1: z.number().min(0).lt(1).default(0.9),
    /** Of `fedAdam` and `fedYogi`. */
    beta2: z.number().min(0).lt(1).default(0.99),
    /** Of `fedAdam`, `fedYogi` and `fedAdagrad`. */
    tau: z.number().positive().default(0.001),
    /** Of `fedAdam` and `fedYogi`: whether their moments are corrected for their start. */
    biasCorrection: z.boolean().default(true),
    /** Of `fedAdam`: weight of the updates from which a round takes full steps; rounds of less take shorter ones. 0: every round takes full steps. */
    fullWeight: z.number().min(0).default(0),
    /** Of `trimmedMean`: the share that is cut off at each end. */
    trim: z.number().min(0).lt(0.5).default(0.1),
    /** Of `krum`, `multiKrum` and `bulyan`: the updates of attackers that are assumed. */
    attackers: z.int().min(0).default(1),
    /** Of `centredClipping`: the longest distance from the centre; null: the median of the distances. */
    radius: z.number().positive().nullable().default(null),
    /** Of `fedNova`: passes, as `plan.epochs`. */
    epochs: z.int().min(1).default(1),
    /** Of `fedNova`, as `plan.batchSize`. */
    batchSize: z.int().min(1).default(10),
    /** Of `fedNova`: `plan.maxExamples` / `update.weightCap`. */
    examplesPerWeight: z.number().positive().default(1),
    /** Of `fedExP`. */
    epsilon: z.number().positive().default(0.001),
    /** Of `qFedAvg`: how much more devices of a larger loss count. */
    q: z.number().positive().max(20).default(1),
    /** Of `scaffold`: the devices that take part. */
    population: z.int().min(1).default(100),
    /** Of `scaffold`: the longest change of a control variate; null: by the plan. */
    controlClip: z.number().positive().nullable().default(null),
  })
  .prefault({});

/** The coordinator's strategy of these settings; one of single updates works on the means of groups where `isGrouped`. */
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
