/**
 * Rounds to a test accuracy in "Communication-efficient learning of deep networks from decentralized data",
 * for C = 0.1 and B = 10.
 */
export const mcmahan2017 = {
  /** 2NN with E = 1. */
  perceptron: { target: 0.97, source: 'McMahan et al. 2017, table 1', iid: 87, nonIid: 664 },
  /** CNN with E = 5. */
  network: { target: 0.99, source: 'McMahan et al. 2017, table 2', iid: 20, nonIid: 229 },
} as const;
