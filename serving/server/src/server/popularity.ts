/** Requests after which an earlier one counts half. */
const halfLife = 3_000;

/**
 * Weighs models by how often, and how lately, they were asked: each request counts 1, and half as much 3,000 requests later, of whichever model
 * (LRFU, Lee et al. 2001). A weight is the logarithm to base 2 of that sum as it was at the first request of all, so that none has to age.
 */
export class Popularity {
  #requests = 0;

  /** The weight of a model with a further request; before its first one it is −∞. */
  asked(weight: number): number {
    const now = this.#requests / halfLife;
    this.#requests += 1;
    const difference = Math.abs(now - weight);
    return Math.max(now, weight) + Math.log2(1 + 2 ** -difference);
  }
}
