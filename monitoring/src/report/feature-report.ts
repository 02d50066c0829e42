import { MurmurationError } from '@murmuration/protocol/errors/errors';
import {
  type Cell,
  type Column,
  type NumberSample,
  numberSample,
  readCategories,
  readNumbers,
  type Sample,
} from '../samples/sample.ts';
import { lengthsOf } from '../text/words.ts';
import { defaultTest } from '../two-sample/choice.ts';
import { type TestName, twoSampleTests } from '../two-sample/tests.ts';
import type { TwoSample } from '../two-sample/two-sample.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import { columnOf, type FeatureInput, type FeatureKind, kindOf } from './feature-input.ts';
import { type Quality, qualityOf } from './quality.ts';
import { type TextDrift, textDrift } from './text-drift.ts';

/** Results of one feature. Plain data. */
export interface FeatureReport {
  readonly name: string;
  readonly role: 'feature' | 'prediction' | 'target';
  readonly kind: FeatureKind;
  /** Drift; undefined if it could not be compared, with the reason in `reason`. */
  readonly drift: FeatureDrift | undefined;
  readonly reason: string | undefined;
  readonly quality: Quality;
  /** Distribution, of lengths for texts; undefined if both sides are empty. */
  readonly distribution: Distribution | undefined;
  /** Drift of texts; undefined for other kinds. */
  readonly text: TextDrift | undefined;
}

export interface FeatureDrift {
  readonly test: TestName | 'domain-classifier';
  /** Title of the test for people. */
  readonly title: string;
  readonly measures: 'p-value' | 'distance';
  readonly score: number;
  /** p-value after correction for multiple tests, or the score of a distance. */
  readonly adjusted: number;
  readonly threshold: number;
  readonly drifted: boolean;
  /** Time of the first report in the unbroken series with drift, ms since 1970; undefined without drift. */
  readonly since: number | undefined;
}

/** Compares one feature. Problems of the data are in its report. */
export function reportFeature(input: FeatureInput): FeatureReport {
  const reference = columnOf(input.reference);
  const current = columnOf(input.current);
  const kind = input.kind ?? kindOf(reference.length > 0 ? reference : current);
  if (kind === 'text') return reportText(input, reference, current);
  const read = kind === 'numbers' ? readNumbers : readCategories;
  const [before, after] = [read(reference), read(current)];
  const samples = [before.sample, after.sample] as const;
  return {
    ...named(input),
    kind,
    ...compared(() => driftOf(input, ...samples), ...samples),
    quality: qualityOf(...samples, {
      reference: {
        rows: reference.length,
        missing: before.missing,
        unreadable: before.unreadable,
        distinct: before.sample.distinct,
      },
      current: {
        rows: current.length,
        missing: after.missing,
        unreadable: after.unreadable,
        distinct: after.sample.distinct,
      },
    }),
    text: undefined,
  };
}

function named({ name, role = 'feature' }: FeatureInput) {
  return { name, role };
}

/** Compares two samples unless one is empty. */
function compared(
  compare: () => FeatureDrift,
  reference: Sample,
  current: Sample,
): Pick<FeatureReport, 'drift' | 'reason' | 'distribution'> {
  if (reference.size === 0 && current.size === 0)
    return { drift: undefined, reason: 'Both samples are empty.', distribution: undefined };
  const distribution = distributionOf(reference, current);
  const empty = reference.size === 0 ? 'reference' : current.size === 0 ? 'current sample' : undefined;
  if (empty) return { drift: undefined, reason: `The ${empty} is empty.`, distribution };
  try {
    return { drift: compare(), reason: undefined, distribution };
  } catch (error) {
    if (!(error instanceof MurmurationError)) throw error;
    return { drift: undefined, reason: error.detail, distribution };
  }
}

function driftOf(input: FeatureInput, reference: Sample, current: Sample): FeatureDrift {
  const name = input.test ?? defaultTest(reference, current);
  const test: TwoSample = twoSampleTests[name];
  if (test.takes === 'numbers' && reference.kind !== 'numbers')
    throw new MurmurationError('data.malformed', `${test.title} compares numbers, and this is none.`);
  const score = test.score(reference, current);
  if (Number.isNaN(score))
    throw new MurmurationError('data.malformed', `${test.title} has no answer for values that do not vary.`);
  const threshold = input.threshold ?? test.threshold;
  return {
    test: name,
    title: test.title,
    measures: test.measures,
    score,
    adjusted: score,
    threshold,
    drifted: test.differs(score, threshold),
    since: undefined,
  };
}

function reportText(input: FeatureInput, reference: Column, current: Column): FeatureReport {
  const [before, after] = [textsOf(reference), textsOf(current)];
  const lengths = [lengthSample(before), lengthSample(after)] as const;
  let text: TextDrift | undefined;
  const drift = (): FeatureDrift => {
    text = textDrift(before, after);
    const threshold = input.threshold ?? text.threshold;
    return {
      test: 'domain-classifier',
      title: 'Domain classifier, area under ROC',
      measures: 'distance',
      score: text.area,
      adjusted: text.area,
      threshold,
      drifted: text.area > threshold,
      since: undefined,
    };
  };
  const outcome = compared(drift, ...lengths);
  const side = (column: Column, texts: readonly string[]) => ({
    rows: column.length,
    missing: [...column].filter(isMissing).length,
    unreadable: [...column].filter(cell => !isMissing(cell) && typeof cell !== 'string').length,
    distinct: new Set(texts).size,
  });
  return {
    ...named(input),
    kind: 'text',
    ...outcome,
    quality: qualityOf(...lengths, {
      reference: side(reference, before),
      current: side(current, after),
    }),
    text,
  };
}

function lengthSample(texts: readonly string[]): NumberSample {
  return numberSample(lengthsOf(texts).sort());
}

function textsOf(column: Column): string[] {
  return [...column].filter((cell): cell is string => typeof cell === 'string');
}

function isMissing(cell: Cell): boolean {
  return cell === null || cell === undefined;
}
