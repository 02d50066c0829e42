/** Phases of a round in order; without masking there are no `keys`, `shares`, `agreement` and `unmasking`. */
export const roundPhases = [
  'gathering',
  'keys',
  'shares',
  'updates',
  'agreement',
  'unmasking',
  'closing',
] as const;
export type RoundPhase = (typeof roundPhases)[number];

/** Phase in which the members of a cohort send messages. */
export type CohortPhase = Exclude<RoundPhase, 'gathering' | 'closing'>;
