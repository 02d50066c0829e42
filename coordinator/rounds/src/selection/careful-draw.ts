import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import { drawUniformly } from './draw.ts';

/** What speaks against a device; nothing does of one without. */
export interface DrawMark {
  /** Sums in a row that failed with it among those of whom one has spoiled them; 0: it is no suspect. */
  readonly suspicion: number;
  /** All sums that failed so lately. */
  readonly failures: number;
  /** It fell silent, and is drawn last. */
  readonly isBenched: boolean;
}

/** Devices drawn for each update without which the round fails: a few may be lost. */
const forEachUpdate = 1.05;

/**
 * Up to `count` of the candidates, each subset of those alike equally likely. Where sums have failed, a cohort has one suspect at most: its sum
 * tells whether that one has spoiled the others. Where too few others wait, it is half of all that wait, and no fewer than `least` updates take,
 * those with the fewest failures first: the next failure leaves half as many suspects.
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
  // The fewer are in a sum that fails, the fewer are suspects of it.
  const isWide = clean.length >= count && probed.mark.suspicion === 1;
  const others = clean.slice(0, (isWide ? count : enough) - 1);
  if (others.length === enough - 1 || isWide) return [...others, probed];
  return [...clean, ...suspects].slice(0, enough);
}

const unmarked: DrawMark = { suspicion: 0, failures: 0, isBenched: false };

interface Marked {
  readonly mark: DrawMark;
}

/** Those with the fewest failures first, and the silent ones last; others stay in their order. */
const fewestFirst = <Each extends Marked>(candidates: readonly Each[]): readonly Each[] =>
  candidates.toSorted(
    ({ mark: a }, { mark: b }) =>
      Number(a.isBenched) - Number(b.isBenched) || a.suspicion - b.suspicion || a.failures - b.failures,
  );

const benchedLast = <Each extends Marked>(candidates: readonly Each[]): readonly Each[] =>
  candidates.toSorted(({ mark: a }, { mark: b }) => Number(a.isBenched) - Number(b.isBenched));
