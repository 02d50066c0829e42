/** Question such as ` Did you mean "mnist-2nn"?`; empty if no name is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const asked = given.slice(0, 256).toLowerCase();
  let best = '';
  let least = Infinity;
  for (const name of names) {
    const away = distance(asked, name.toLowerCase());
    if (away < least) [best, least] = [name, away];
  }
  return least > Math.max(1, 0.4 * Math.max(asked.length, best.length)) ? '' : ` Did you mean "${best}"?`;
}

/**
 * Edit distance: letters to insert, delete, replace, or swap with the next one (optimal string alignment:
 * Damerau 1964). Short code, since pages load it.
 */
function distance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + Number(a[i - 1] !== b[j - 1]),
        isSwapped ? above[j - 2]! + 1 : Infinity,
      );
    }
    [above, row] = [row, next];
  }
  return row[b.length]!;
}
