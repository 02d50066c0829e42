import { sketchShare } from './sides.ts';
import { pieces, piecesNeeded } from './text-digest.ts';

/** The chance that so many devices, each of which says one of the pieces at random, say enough different ones to tell a text. */
export function chanceOfPieces(devices: number): number {
  // By how many different pieces are said so far.
  let chances = [1, ...Array<number>(pieces).fill(0)];
  for (let device = 0; device < devices; device++)
    chances = chances.map(
      (chance, said) => (chance * said) / pieces + ((chances[said - 1] ?? 0) * (pieces - said + 1)) / pieces,
    );
  return chances.slice(piecesNeeded).reduce((sum, chance) => sum + chance, 0);
}

/**
 * The chance that a text makes its buckets heavy, of which `devices` on the side of counts have it: how many of those on the other side do is
 * Poisson's, by the share of all that these are.
 */
export function chanceOfHeavy(devices: number, heavyFrom: number): number {
  const mean = (devices * sketchShare) / (1 - sketchShare);
  let term = Math.exp(-mean);
  let below = 0;
  for (let many = 0; many < heavyFrom; many++) {
    below += term;
    term *= mean / (many + 1);
  }
  return 1 - below;
}

/**
 * The chance that one of so many texts can't be read though enough was said of it: it stands in a circle of texts, each of which shares its bucket
 * with the one before and a spare cell with the one after. Others are read one after the other. Small as long as texts² is well below the product of
 * buckets and spare cells.
 */
export function chanceOfCircle(texts: number, buckets: number, spare: number): number {
  let sum = 0;
  let term = 1 / (buckets * spare);
  // By half its length; texts of it that are not this one are chosen one after the other.
  for (let others = 1; others < texts && sum < 1; others += 2) {
    term *= texts - others;
    sum += term;
    term *= (texts - others - 1) / (buckets * spare);
    if (term < 1e-12 * sum) break;
  }
  return Math.min(1, sum);
}
