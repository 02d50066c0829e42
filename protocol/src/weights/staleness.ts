/**
 * FedBuff's weight of an update that is `staleness` versions old (Nguyen et al. 2022, §5.1): (1 + s)^−½, for
 * an integer of 0 or more.
 */
export function stalenessWeight(staleness: number): number {
  return 1 / Math.sqrt(1 + staleness);
}
