export { type Account, accountOf, renyiOf } from './accountants/account.ts';
export { gaussianDelta, gaussianEpsilon, gaussianMu, truePositives } from './accountants/gaussian.ts';
export { type Converted, type Renyi, renyiDelta, renyiEpsilon, standardOrders } from './accountants/renyi.ts';
export { type AdaptiveClipping, nextClip, type SplitNoise, splitNoise } from './clipping/adaptive.ts';
export {
  type BandedNoise,
  bandedNoise,
  bisrNoise,
  independentNoise,
} from './mechanisms/banded-noise.ts';
export { bisrNoising, bisrStrategy } from './mechanisms/bisr.ts';
export { type Blt, bltNoising, bltStrategy } from './mechanisms/blt.ts';
export { type BltNoise, type BltState, bltNoise } from './mechanisms/blt-noise.ts';
export {
  type Distributed,
  gaussianSumDistance,
  type RingNeeds,
  type RoundedNorm,
  ringWidth,
  roundedNorm,
} from './mechanisms/distributed.ts';
export type { Composed, Correlated, Gaussian, Mechanism, Repeated, Sampled } from './mechanisms/mechanism.ts';
export type { NoiseOptions, SeedOf } from './mechanisms/noise-stream.ts';
export { type BltPurpose, type OptimalBlt, optimalBlt } from './mechanisms/optimal-blt.ts';
export type { Participation } from './mechanisms/participation.ts';
export { type Errors, errorsOf, roundVariance, sensitivitySquared } from './mechanisms/toeplitz.ts';
export { discreteGaussianNoise, type IntegerNoise, skellamNoise } from './samplers/noise.ts';
export { roundConditionally } from './samplers/rounding.ts';
export type { Budget } from './statements/budget.ts';
export { type Calibrated, calibrate, type Shape } from './statements/calibrate.ts';
export { spent } from './statements/spent.ts';
export type { Circumstances, NotPromised, Numbers, Promised, Statement } from './statements/statement.ts';
export { describeStatement, noiseShare, type ReleasedRound } from './statements/words.ts';
