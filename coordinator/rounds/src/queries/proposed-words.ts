import type { QueryResult } from '../registry/query-results.ts';

/** A word that devices have and the vocabulary lacks. */
export interface ProposedWord {
  readonly word: string;
  /** Devices that had it when it was found last. */
  readonly devices: number;
  /** The round that found it, by its number, and when that ended, ms since 1970. */
  readonly round: number;
  readonly at: number;
}

/** The words that results, newest first, have found and that are not `known`, as many devices as the threshold now says at least. */
export function proposedWords(
  results: readonly Pick<QueryResult, 'query' | 'figures' | 'number' | 'endedAt'>[],
  known: ReadonlySet<string>,
  threshold: number,
): ProposedWord[] {
  const found = new Map<string, ProposedWord>();
  for (const { query, figures, number, endedAt } of results) {
    if (figures?.kind !== 'heavy-hitters' || query.threshold < threshold) continue;
    for (const { text, devices } of figures.texts)
      if (!known.has(text) && !found.has(text))
        found.set(text, { word: text, devices, round: number, at: endedAt });
  }
  return [...found.values()].sort((a, b) => b.devices - a.devices || (a.word < b.word ? -1 : 1));
}
