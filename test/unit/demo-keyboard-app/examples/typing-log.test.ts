import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { longestSentence, TypingLog } from '@murmuration/demo-keyboard-app/src/examples/typing-log';
import { expect, it } from 'vitest';

it('is there again when the page is opened anew', async () => {
  const storage = memoryStorage();
  const log = new TypingLog(storage);
  await log.open();
  await log.add('  How are you? ');
  await log.add('Fine 👋');
  const again = new TypingLog(storage);
  await again.open();
  expect(again.sentences.value).toEqual(['How are you?', 'Fine 👋']);
});

it('keeps nothing empty, and of what is too long the beginning', async () => {
  const log = new TypingLog(memoryStorage());
  await log.add('   ');
  await log.add('a'.repeat(longestSentence + 1));
  expect(log.sentences.value.map(({ length }) => length)).toEqual([longestSentence]);
});

it('keeps the newest thousand', async () => {
  const log = new TypingLog(memoryStorage());
  for (let i = 0; i <= 1_000; i++) await log.add(`sentence ${i}`);
  expect(log.sentences.value).toHaveLength(1_000);
  expect(log.sentences.value[0]).toBe('sentence 1');
});

it.each(['', '{', '{"a":1}', '"text"', '\u0000'])('begins anew where what is stored is %j', async damaged => {
  const storage = memoryStorage();
  await storage.put('app.typed', new TextEncoder().encode(damaged));
  const log = new TypingLog(storage);
  await log.open();
  expect(log.sentences.value).toEqual([]);
});

it('stores in the order of writing, whichever write is slower', async () => {
  const storage = memoryStorage();
  const log = new TypingLog(storage);
  await Promise.all(['one', 'two', 'three'].map(sentence => log.add(sentence)));
  const again = new TypingLog(storage);
  await again.open();
  expect(again.sentences.value).toEqual(['one', 'two', 'three']);
});
