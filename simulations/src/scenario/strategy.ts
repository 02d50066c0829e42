import { fedAdam } from '@murmuration/coordinator/strategy/fed-adam';
import { fedAvg } from '@murmuration/coordinator/strategy/fed-avg';
import { fedAvgM } from '@murmuration/coordinator/strategy/fed-avg-m';
import { median } from '@murmuration/coordinator/strategy/median';
import type { Strategy } from '@murmuration/coordinator/strategy/strategy';
import { trimmedMean } from '@murmuration/coordinator/strategy/trimmed-mean';
import * as z from 'zod';

/** A strategy as plain data; what a strategy does not know changes nothing in it. */
export const strategySettings = z
  .strictObject({
    name: z.enum(['fedAvg', 'fedAvgM', 'fedAdam', 'median', 'trimmedMean']).default('fedAvg'),
    serverLearningRate: z.number().positive().default(1),
    /** Of `fedAvgM`. */
    momentum: z.number().min(0).lt(1).default(0.9),
    /** Of `fedAdam`. */
    beta1: z.number().min(0).lt(1).default(0.9),
    /** Of `fedAdam`. */
    beta2: z.number().min(0).lt(1).default(0.99),
    /** Of `fedAdam`. */
    tau: z.number().positive().default(0.001),
    /** Of `fedAdam`: whether its moments are corrected for their start. */
    biasCorrection: z.boolean().default(true),
    /** Of `fedAdam`: weight of the updates from which a round takes full steps; rounds of less take shorter ones. 0: every round takes full steps. */
    fullWeight: z.number().min(0).default(0),
    /** Of `trimmedMean`: the share that is cut off at each end. */
    trim: z.number().min(0).lt(0.5).default(0.1),
  })
  .prefault({});

/** The coordinator's strategy of these settings. */
export function strategyOf(settings: z.output<typeof strategySettings>): Strategy {
  switch (settings.name) {
    case 'fedAvg':
      return fedAvg(settings);
    case 'fedAvgM':
      return fedAvgM(settings);
    case 'fedAdam':
      return fedAdam(settings);
    case 'median':
      return median(settings);
    case 'trimmedMean':
      return trimmedMean(settings);
  }
}
