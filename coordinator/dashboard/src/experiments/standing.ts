import type { ExperimentMessage } from '@murmuration/api/experiment';

export type Arm = ExperimentMessage['arms'][number];
export type Metric = ExperimentMessage['metric'];

/** Verdict of an experiment about its arms. */
interface Standing {
  /** Arm that others are compared with. */
  readonly control: Arm | undefined;
  /** Arm that is better than the control; or the control, if every other arm is worse. */
  readonly winner: Arm | undefined;
  /** Arm that is most likely the best. */
  readonly likeliest: Arm | undefined;
  /** True if any arm can be compared. */
  readonly isKnown: boolean;
}

/** Compares the arms of an experiment. */
export function standingOf({ arms, metric }: Pick<ExperimentMessage, 'arms' | 'metric'>): Standing {
  const [control] = arms;
  const known = arms.filter(({ difference }) => difference);
  const decided = known.filter(({ difference }) => difference?.isDecided);
  const better = decided
    .filter(arm => gainOf(arm, metric) > 0)
    .toSorted((a, b) => gainOf(b, metric) - gainOf(a, metric));
  const isControlBest = known.length > 0 && known.length === decided.length;
  const [likeliest] = arms
    .filter(({ best }) => best !== null)
    .toSorted((a, b) => (b.best ?? 0) - (a.best ?? 0));
  return {
    control,
    winner: better[0] ?? (isControlBest ? control : undefined),
    likeliest,
    isKnown: known.length > 0,
  };
}

/** Advantage of an arm over the control, in the unit of the metric; negative if it is worse. */
export function gainOf({ difference }: Pick<Arm, 'difference'>, metric: Metric): number {
  if (!difference) return 0;
  return metric === 'accuracy' ? difference.effect : 0 - difference.effect;
}
