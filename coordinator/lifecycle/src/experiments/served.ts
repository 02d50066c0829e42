import type { Judged } from '@murmuration/monitoring/accuracy/judged';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { ServedExperiment } from '@murmuration/serving/experiments/experiment';
import { isHigherBetter } from './analysis.ts';
import type { Experiment } from './experiment.ts';

/** Experiment that assigns arms to devices. */
export interface DeviceSplit {
  readonly served: ServedExperiment;
  /** Map from an arm's name to its model. */
  readonly models: Readonly<Record<string, ModelHash>>;
}

/** Returns an experiment in the form for inference servers. */
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

/**
 * Returns the values of one row: 1 for right or 0 for wrong, or the distance of a number from its outcome;
 * empty if the experiment's metrics are of the other kind.
 */
export function outcomeOf({ metric, guards }: Experiment, row: Judged): readonly number[] {
  const isError = metric === 'error' || guards.some(guard => guard.metric === 'error');
  if (row.kind === 'number') return isError ? [Math.abs(row.predicted - row.outcome)] : [];
  const isRight = isHigherBetter(metric) || guards.some(guard => guard.metric === 'accuracy');
  return isRight ? [row.guesses[0] === row.outcome ? 1 : 0] : [];
}
