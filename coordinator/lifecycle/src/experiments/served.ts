import type { Judged } from '@murmuration/monitoring/accuracy/judged';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import { isHigherBetter } from './analysis.ts';
import type { Experiment } from './experiment.ts';

/** An experiment that gives devices arms. */
export interface DeviceSplit {
  readonly served: ServedExperiment;
  /** The model of each arm, by its name. */
  readonly models: Readonly<Record<string, ModelHash>>;
}

/** An experiment as inference servers need it. */
export function servedAs({ id, kind, key, covariate, salt, layer, arms }: Experiment): ServedExperiment {
  return {
    id,
    kind: kind === 'mirror' ? 'mirror' : 'split',
    key,
    ...(covariate && { covariate }),
    salt,
    layer: { salt: saltOf(layer), from: layer.from, to: layer.to },
    arms: arms.map(({ name, number, share }) => ({ name, version: String(number), share })),
  };
}

export const saltOf = ({ name, salt = `layer ${name}` }: Experiment['layer']): string => salt;

/** Of one row: right or wrong as 1 or 0, or how far a number was off; nothing, where the metric is about the other. */
export function outcomeOf({ metric, guards }: Experiment, row: Judged): readonly number[] {
  const isError = metric === 'error' || guards.some(guard => guard.metric === 'error');
  if (row.kind === 'number') return isError ? [Math.abs(row.predicted - row.outcome)] : [];
  const isRight = isHigherBetter(metric) || guards.some(guard => guard.metric === 'accuracy');
  return isRight ? [row.guesses[0] === row.outcome ? 1 : 0] : [];
}
