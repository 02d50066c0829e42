/**
 * FedBuff's weight of an update that is `staleness` versions old (Nguyen et al. 2022, §5.1): (1 + s)^−½, of a whole number of 0 or
 * more.
 */
export function stalenessWeight(staleness: number): number {
  return 1 / Math.sqrt(1 + staleness);
}
