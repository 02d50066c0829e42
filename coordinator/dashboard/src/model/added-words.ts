import type { Version } from '@murmuration/api/version';

type Knowing = Pick<Version, 'model' | 'words' | 'parent'>;

/**
 * Number of words that a version added to its parent; 0 if none, or if the version before is not its parent
 * or was deleted.
 */
export function addedWords({ words, parent }: Knowing, before: Knowing | undefined): number {
  if (words === null || !before || before.words === null || before.model !== parent?.model) return 0;
  return Math.max(0, words - before.words);
}
