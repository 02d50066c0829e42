import { distance } from 'fastest-levenshtein';

/** The one of `names` that was most likely meant by `given`; undefined where none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly away: number } | undefined;
  for (const name of names) {
    const away = distance(given.toLowerCase(), name.toLowerCase());
    if (!best || away < best.away) best = { name, away };
  }
  if (!best || best.away > Math.max(2, 0.4 * Math.max(given.length, best.name.length))) return undefined;
  return best.name;
}

/** A question such as ` Did you mean "mnist-2nn"?`; empty where no name is near. */
export function didYouMean(given: string, names: readonly string[]): string {
  const name = nearest(given, names);
  return name === undefined ? '' : ` Did you mean "${name}"?`;
}
