import type { Version } from '@murmuration/api/version';

type Knowing = Pick<Version, 'model' | 'words' | 'parent'>;

/** Words by which a version grew, as its parent knew fewer; 0 where it did not, or the version before it is another one, or deleted. */
export function addedWords({ words, parent }: Knowing, before: Knowing | undefined): number {
  if (words === null || !before || before.words === null || before.model !== parent?.model) return 0;
  return Math.max(0, words - before.words);
}
