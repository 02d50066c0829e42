import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { drawUniformly } from './draw.ts';

/** Marks against a device; one without marks has none. */
export interface DrawMark {
  /** Failed sums in a row with the device among the possible spoilers; 0 if it is no suspect. */
  readonly suspicion: number;
  /** All recent failed sums with the device among the possible spoilers. */
  readonly failures: number;
  /** True if it fell silent and is drawn last. */
  readonly isBenched: boolean;
}

/** Devices drawn per needed update, as a few may be lost. */
const forEachUpdate = 1.05;

/**
 * Draws up to `count` candidates; subsets of equal candidates are equally likely. After failed sums, a
 * cohort has at most one suspect, and its sum shows if that one spoiled the others. If too few others wait,
 * the cohort is half of all that wait, and enough for `least` updates, with the fewest failures first: the
 * next failure then halves the suspects.
 */
export function drawCarefully<Candidate extends string>(
  candidates: Iterable<Candidate>,
  count: number,
  least: number,
  markOf: (candidate: Candidate) => DrawMark | undefined,
  random: RandomBytes,
): Candidate[] {
  const all = [...candidates];
  if (!all.some(markOf)) return drawUniformly(all, count, random);
  const shuffled = drawUniformly(all, all.length, random).map(candidate => ({
    candidate,
    mark: markOf(candidate) ?? unmarked,
  }));
  const suspects = shuffled.filter(({ mark }) => mark.suspicion > 0);
  const clean = shuffled.filter(({ mark }) => mark.suspicion === 0);
  const drawn =
    suspects.length === 0
      ? benchedLast(clean).slice(0, count)
      : withOne(fewestFirst(clean), fewestFirst(suspects), count, least);
  return drawn.map(({ candidate }) => candidate);
}

function withOne<Each extends Marked>(
  clean: readonly Each[],
  suspects: readonly Each[],
  count: number,
  least: number,
): readonly Each[] {
  const half = Math.ceil((clean.length + suspects.length) / 2);
  const enough = Math.min(count, Math.max(Math.ceil(least * forEachUpdate), half));
  const probed = suspects.find(({ mark }) => !mark.isBenched);
  if (!probed)
    return clean.length >= enough ? clean.slice(0, count) : [...clean, ...suspects].slice(0, enough);
  // A smaller failing sum leaves fewer suspects.
  const isWide = clean.length >= count && probed.mark.suspicion === 1;
  const others = clean.slice(0, (isWide ? count : enough) - 1);
  if (others.length === enough - 1 || isWide) return [...others, probed];
  return [...clean, ...suspects].slice(0, enough);
}

const unmarked: DrawMark = { suspicion: 0, failures: 0, isBenched: false };

interface Marked {
  readonly mark: DrawMark;
}

/**
 * Sorts by suspicion and failures, fewest first, with benched candidates last; the order of equal ones
 * stays.
 */
const fewestFirst = <Each extends Marked>(candidates: readonly Each[]): readonly Each[] =>
  candidates.toSorted(
    ({ mark: a }, { mark: b }) =>
      Number(a.isBenched) - Number(b.isBenched) || a.suspicion - b.suspicion || a.failures - b.failures,
  );

const benchedLast = <Each extends Marked>(candidates: readonly Each[]): readonly Each[] =>
  candidates.toSorted(({ mark: a }, { mark: b }) => Number(a.isBenched) - Number(b.isBenched));
