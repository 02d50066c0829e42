import { mostProposed, vocabularyStanding } from '@murmuration/api/vocabulary';
import { vocabularyMessage } from '@murmuration/coordinator/http/routes/admin/vocabulary';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { VocabularyStanding } from '@murmuration/rounds/vocabulary/new-words';
import { expect, it } from 'vitest';

const proposed = Array.from({ length: mostProposed + 1 }, (_, i) => ({
  word: `word${i}`,
  devices: 5_000 - i,
  round: 2,
  at: 1,
}));

const standing = (change: Partial<VocabularyStanding> = {}): VocabularyStanding => ({
  words: ['see'],
  growth: null,
  waiting: [],
  added: undefined,
  proposed,
  room: 0,
  ...change,
});

it('says the proposed words that most devices have, and how many there are', () => {
  const said = vocabularyStanding.parse(vocabularyMessage(standing()));
  expect(said).toMatchObject({ words: 1, proposedInAll: mostProposed + 1 });
  expect(said.proposed).toHaveLength(mostProposed);
  expect(said.proposed.at(-1)!.word).toBe(`word${mostProposed - 1}`);
});

it('says nothing of words that were added where all were taken out again', () => {
  const added = { task: 'keyboard' as TaskName, words: ['see'], addedAt: 1, addedBy: 'Ada' };
  expect(vocabularyMessage(standing({ added })).added).toMatchObject({ words: 1, by: 'Ada' });
  expect(vocabularyMessage(standing({ added: { ...added, words: [] } })).added).toBeNull();
});
