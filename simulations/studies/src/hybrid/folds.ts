import { seededUniform, shuffle } from '@murmuration/engine/training/seeded';

/**
 * Phones per stretch. Neighbouring blocks of the corpus share authors, so stretches are held out as a whole.
 */
const phonesPerStretch = 20;
/** Stretches on which settings were chosen; no results are reported on them. */
const developmentStretches: readonly number[] = [2, 6, 10];
/**
 * Phones on either side of a stretch that take no part in its fold, 2,000 messages: their authors may also
 * have written in the stretch.
 */
const phonesBetween = 10;
export const mostFolds = 5;
const stretchesPerFold = 2;

/** Numbers of phones. */
export interface Fold {
  /** Phones that take part in the rounds. */
  readonly training: readonly number[];
  /** Phones of each stretch that the rounds never see. */
  readonly stretches: readonly (readonly number[])[];
}

/** Draws folds of two stretches each; no stretch is in two of them, and settings were chosen on none. */
export function foldsOf(phones: number, seed: number): Fold[] {
  const all = Array.from({ length: phones }, (_, phone) => phone);
  const stretches = Array.from({ length: Math.floor(phones / phonesPerStretch) }, (_, i) => i);
  const others = stretches.filter(stretch => !developmentStretches.includes(stretch));
  const drawn = Array.from(shuffle(Uint32Array.from(others), seededUniform(seed)));
  return Array.from({ length: mostFolds }, (_, fold) => {
    const first = fold * stretchesPerFold;
    const found = drawn
      .slice(first, first + stretchesPerFold)
      .toSorted((a, b) => a - b)
      .map(stretch => all.slice(stretch * phonesPerStretch, (stretch + 1) * phonesPerStretch));
    const isFar = (phone: number) =>
      found.every(stretch => phone < stretch[0]! - phonesBetween || phone > stretch.at(-1)! + phonesBetween);
    return { training: all.filter(isFar), stretches: found };
  });
}
