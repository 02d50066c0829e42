import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';

/** Neighbouring phones of a run: blocks beside one another share authors, so that runs are kept apart, never single phones. */
const phonesPerRun = 20;
/** Runs on which settings were chosen: no figure is reported on them. */
const developmentRuns: readonly number[] = [2, 6, 10];
const reportedRuns = 3;

/** Numbers of phones. */
export interface PhoneSplit {
  /** Take part in the rounds. */
  readonly training: readonly number[];
  /** The rounds never see them. */
  readonly reported: readonly number[];
}

/** Draws three runs of 20 neighbouring phones that global training never sees; those on which settings were chosen are never drawn. */
export function splitPhones(phones: number, seed: number): PhoneSplit {
  const runs = Array.from({ length: Math.floor(phones / phonesPerRun) }, (_, run) => run);
  const others = Uint32Array.from(runs.filter(run => !developmentRuns.includes(run)));
  const reported = phonesOf(Array.from(shuffle(others, seededUniform(seed)).subarray(0, reportedRuns)));
  return { reported, training: except(phones, reported) };
}

function phonesOf(runs: readonly number[]): number[] {
  return runs
    .toSorted((a, b) => a - b)
    .flatMap(run => Array.from({ length: phonesPerRun }, (_, i) => run * phonesPerRun + i));
}

function except(phones: number, left: readonly number[]): number[] {
  return Array.from({ length: phones }, (_, phone) => phone).filter(phone => !left.includes(phone));
}
