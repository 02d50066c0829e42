export { type Accuracy, accuracyOf, type ShareEstimate } from './accuracy/accuracy.ts';
export {
  type AccuracySums,
  addAccuracy,
  asked,
  type CalibrationBin,
  type Confusion,
  judged,
  noAccuracy,
} from './accuracy/accuracy-sums.ts';
export type { Judged, JudgedClass, JudgedNumber, Label } from './accuracy/judged.ts';
export { wilson } from './accuracy/wilson.ts';
export { type AlwaysValidOptions, type AlwaysValidState, alwaysValid } from './experiments/always-valid.ts';
export { type ArmSums, conversions } from './experiments/arm-sums.ts';
export { bestMean, bestShare, type Chance } from './experiments/best-arm.ts';
export { type Fall, type FallOptions, fallSince } from './experiments/fall.ts';
export {
  effectOfShares,
  type FixedTest,
  power,
  unitsFor,
  welchTest,
  zTest,
} from './experiments/fixed-horizon.ts';
export { type SampleRatioOptions, type SampleRatioState, sampleRatio } from './experiments/sample-ratio.ts';
export type { Comparison, ExperimentVerdict, SequentialTest } from './experiments/sequential-test.ts';
export {
  type CovariateSums,
  type KnownCovariates,
  reduced,
  removedShare,
  withUnknown,
} from './experiments/variance-reduction.ts';
export { driftPage } from './page/drift-page.ts';
export { type Discordant, discordant, mcnemar } from './paired/mcnemar.ts';
export {
  type Bootstrapped,
  PairedBootstrap,
  type PairedBootstrapOptions,
} from './paired/paired-bootstrap.ts';
export type { Distribution } from './report/distribution.ts';
export {
  type DriftReport,
  type DriftReportOptions,
  driftReport,
  type PerformanceInput,
  type PerformancePoint,
} from './report/drift-report.ts';
export type { ColumnSource, FeatureInput, FeatureKind } from './report/feature-input.ts';
export type { FeatureDrift, FeatureReport } from './report/feature-report.ts';
export type { Quality, SideQuality } from './report/quality.ts';
export type { TextDrift, TextProperty } from './report/text-drift.ts';
export { type CountedFeature, windowReport } from './report/window-report.ts';
export {
  type Category,
  type CategorySample,
  type Cell,
  type Column,
  type NumberSample,
  type Read,
  readCategories,
  readNumbers,
  type Sample,
} from './samples/sample.ts';
export { type DomainClassifierOptions, domainClassifier } from './text/domain-classifier.ts';
export { andersonDarling } from './two-sample/anderson-darling.ts';
export { defaultTest } from './two-sample/choice.ts';
export { type Correction, corrected } from './two-sample/correction.ts';
export { type KolmogorovSmirnov, kolmogorovSmirnov } from './two-sample/kolmogorov-smirnov.ts';
export { mannWhitney } from './two-sample/ranks.ts';
export { type TestName, twoSampleTests } from './two-sample/tests.ts';
export type { Takes, TwoSample } from './two-sample/two-sample.ts';
export { type Bins, categoryBins, fixedBins, quantileBins } from './windows/bins.ts';
export { compareWindows, type WindowComparison, type WindowTest, windowTests } from './windows/compare.ts';
export { addWindows, emptyWindow, type FeatureWindow, WindowCounter } from './windows/feature-window.ts';
