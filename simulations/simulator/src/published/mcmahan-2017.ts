/** Rounds of communication to a test accuracy, for C = 0.1 and B = 10, in "Communication-efficient learning of deep networks from decentralized data". */
export const mcmahan2017 = {
  /** The 2NN with E = 1. */
  perceptron: { target: 0.97, source: 'McMahan et al. 2017, table 1', iid: 87, nonIid: 664 },
  /** The CNN with E = 5. */
  network: { target: 0.99, source: 'McMahan et al. 2017, table 2', iid: 20, nonIid: 229 },
} as const;
