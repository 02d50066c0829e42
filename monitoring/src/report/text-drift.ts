import { quantile } from '../samples/moments.ts';
import { numberSample } from '../samples/sample.ts';
import { chanceArea } from '../text/auc.ts';
import { domainClassifier } from '../text/domain-classifier.ts';
import { lengthsOf, unknownShares, vocabularyOf } from '../text/words.ts';
import { defaultTest } from '../two-sample/choice.ts';
import { type TestName, twoSampleTests } from '../two-sample/tests.ts';

/** From more texts on, an area above 0.55 is drift, whatever chance would give. */
const mostForChance = 1_000;
const leastArea = 0.55;

/** A property of texts, before and after. */
export interface TextProperty {
  readonly test: TestName;
  readonly score: number;
  readonly drifted: boolean;
  /** Medians. */
  readonly reference: number;
  readonly current: number;
}

export interface TextDrift {
  /** Area under the ROC curve of a classifier that tells current texts from those of the reference. */
  readonly area: number;
  readonly threshold: number;
  readonly drifted: boolean;
  /** In characters. */
  readonly length: TextProperty;
  /** Share of a text's words that no text of the reference has twice. */
  readonly unknownWords: TextProperty;
}

/** Throws `data.malformed` where there are too few texts. */
export function textDrift(reference: readonly string[], current: readonly string[]): TextDrift {
  const { area, positives, negatives } = domainClassifier(reference, current);
  const threshold = reference.length > mostForChance ? leastArea : chanceArea(positives, negatives);
  // A word that a reference text has once is in that text only: counting it as known would make the reference know itself.
  const known = vocabularyOf(reference, 2);
  return {
    area,
    threshold,
    drifted: area > threshold,
    length: property(lengthsOf(reference), lengthsOf(current)),
    unknownWords: property(unknownShares(reference, known), unknownShares(current, known)),
  };
}

function property(reference: Float64Array, current: Float64Array): TextProperty {
  const [before, after] = [numberSample(reference.sort()), numberSample(current.sort())];
  const name = defaultTest(before, after);
  const test = twoSampleTests[name];
  const score = test.score(before, after);
  return {
    test: name,
    score,
    drifted: test.differs(score, test.threshold),
    reference: quantile(before.sorted, 0.5),
    current: quantile(after.sorted, 0.5),
  };
}
