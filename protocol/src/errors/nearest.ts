/** A question such as ` Did you mean "mnist-2nn"?`; empty where no name is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const asked = given.slice(0, 256).toLowerCase();
  let best = '';
  let least = Infinity;
  for (const name of names) {
    const away = distance(asked, name.toLowerCase());
    if (away < least) [best, least] = [name, away];
  }
  return least > Math.max(2, 0.4 * Math.max(asked.length, best.length)) ? '' : ` Did you mean "${best}"?`;
}

/** How many letters have to be put in, left out or replaced (Levenshtein 1966); small, since pages load it. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(a[i - 1] !== b[j - 1]));
    row = next;
  }
  return row[b.length]!;
}
