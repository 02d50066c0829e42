/** Number of requests after which an earlier one counts half. */
const halfLife = 3_000;

/**
 * Weighs models by how often, and how recently, they were asked: each request counts 1, and half as much
 * 3,000 requests later, of any model (LRFU, Lee et al. 2001). A weight is the base-2 logarithm of that sum,
 * scaled to the time of the very first request, so that none has to be aged.
 */
export class Popularity {
  #requests = 0;

  /** Returns the weight of a model after one more request; before its first one it is −∞. */
  asked(weight: number): number {
    const now = this.#requests / halfLife;
    this.#requests += 1;
    const difference = Math.abs(now - weight);
    return Math.max(now, weight) + Math.log2(1 + 2 ** -difference);
  }
}
