import { pieces, piecesNeeded } from './text-digest.ts';
import { parts } from './text-table.ts';

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
 * The chance that a table with so many cells in each part, and so many entries, can't be read: the expected number of small sets of entries none of
 * which is alone in a cell. Large ones don't occur where there are well below 0.772 entries a cell (Molloy 2005).
 */
export function chanceOfFailure(entries: number, cells: number): number {
  const sharing = [1, 0];
  let ways = Math.log(entries);
  let sum = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let size = 2; size <= entries; size++) {
    sharing.push(nextSharing(sharing, cells));
    ways += Math.log((entries - size + 1) / size);
    const expected = Math.exp(ways + parts * Math.log(sharing[size]!));
    // From here on the expectation is one of large sets.
    if (expected > before) break;
    sum += expected;
    before = expected;
  }
  return Math.min(1, sum);
}

/**
 * The chance that none of the next number of balls is alone in one of so many bins, from the chances of fewer: (e^x − x)^bins generates them, and its
 * derivative says how they follow from each other.
 */
function nextSharing(chances: readonly number[], bins: number): number {
  const balls = chances.length;
  let sum = 0;
  // Choices of k of the other balls, by the number of ways to place them.
  let choices = 1;
  for (let k = 1; k < balls; k++) {
    choices *= (balls - k) / k / bins;
    sum += choices * (chances[balls - 1 - k]! - (k > 1 ? chances[balls - k]! : 0));
  }
  return sum;
}
