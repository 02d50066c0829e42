import { quantile } from '../samples/moments.ts';
import { numberSample } from '../samples/sample.ts';
import { chanceArea } from '../text/auc.ts';
import { domainClassifier } from '../text/domain-classifier.ts';
import { lengthsOf, unknownShares, vocabularyOf } from '../text/words.ts';
import { defaultTest } from '../two-sample/choice.ts';
import { type TestName, twoSampleTests } from '../two-sample/tests.ts';

/** Number of reference texts above which the threshold is an area of 0.55, whatever chance allows. */
const mostForChance = 1_000;
const leastArea = 0.55;

/** Property of texts, before and after. */
export interface TextProperty {
  readonly test: TestName;
  readonly score: number;
  readonly drifted: boolean;
  /** Medians of the property. */
  readonly reference: number;
  readonly current: number;
}

export interface TextDrift {
  /** Area under the ROC curve of a classifier of current and reference texts. */
  readonly area: number;
  readonly threshold: number;
  readonly drifted: boolean;
  /** Length in characters. */
  readonly length: TextProperty;
  /** Share of a text's words that occur less than twice in the reference. */
  readonly unknownWords: TextProperty;
}

/** Compares texts. Throws `data.malformed` if there are too few. */
export function textDrift(reference: readonly string[], current: readonly string[]): TextDrift {
  const { area, positives, negatives } = domainClassifier(reference, current);
  const threshold = reference.length > mostForChance ? leastArea : chanceArea(positives, negatives);
  // A word that occurs once in the reference is in one text only: counting it as known would make that text
  // fully known.
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
