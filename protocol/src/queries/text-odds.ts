import { sketchShare } from './sides.ts';
import { pieces, piecesNeeded } from './text-digest.ts';

/**
 * Probability that `devices` devices, reporting a random piece each, report enough different ones to
 * reveal a text.
 */
export function chanceOfPieces(devices: number): number {
  // Indexed by the number of different pieces so far.
  let chances = [1, ...Array<number>(pieces).fill(0)];
  for (let device = 0; device < devices; device++)
    chances = chances.map(
      (chance, said) => (chance * said) / pieces + ((chances[said - 1] ?? 0) * (pieces - said + 1)) / pieces,
    );
  return chances.slice(piecesNeeded).reduce((sum, chance) => sum + chance, 0);
}

/**
 * Probability that a text makes its buckets heavy if `devices` on the side of counts have it: the number on
 * the other side is Poisson, in proportion to the sizes of both sides.
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
 * Probability that a text can't be read though enough pieces were reported: it is in a
 * circle of texts, where each shares its bucket with the one before and a spare cell with the one after.
 * All others are read one after another. Small while texts² is well below the product of buckets and spare
 * cells.
 */
export function chanceOfCircle(texts: number, buckets: number, spare: number): number {
  let sum = 0;
  let term = 1 / (buckets * spare);
  // Runs over half the length of the circle; the other texts in it are chosen one after another.
  for (let others = 1; others < texts && sum < 1; others += 2) {
    term *= texts - others;
    sum += term;
    term *= (texts - others - 1) / (buckets * spare);
    if (term < 1e-12 * sum) break;
  }
  return Math.min(1, sum);
}
