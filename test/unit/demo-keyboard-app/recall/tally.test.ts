import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { RecallTally } from '@murmuration/demo-keyboard-app/src/recall/tally';
import { describe, expect, it } from 'vitest';
import { parrot, vocabulary } from '../parrot.ts';

const orders = { global: ['i', 'see', 'no', 'for'], hybrid: ['see'] };

describe('the recall of the models on what is written', () => {
  it('asks all of them once for each word, from what stands before it', async () => {
    const model = parrot(orders);
    const tally = new RecallTally(model, vocabulary, memoryStorage());
    for (const text of ['I', 'I ', 'I s', 'I see', 'I see ', 'I see no']) tally.writing(text);
    await tally.sent('I see no');
    expect(model.asked.filter(([, source]) => source === 'global').map(([before]) => before)).toEqual([
      '',
      'I ',
      'I see ',
    ]);
    expect(tally.tally.value).toEqual({
      words: 3,
      hits: {
        global: { top1: 1, top3: 3 },
        personal: { top1: 0, top3: 0 },
        hybrid: { top1: 1, top3: 1 },
      },
    });
  });

  it('counts a word as it was written first, whatever becomes of it', async () => {
    const tally = new RecallTally(parrot(orders), vocabulary, memoryStorage());
    for (const text of ['see ', 'se', '', 'no ', 'no for ', 'no ']) tally.writing(text);
    await tally.sent('no for');
    // "see", then after the empty field "no" and "for".
    expect(tally.tally.value.words).toBe(3);
  });

  it('leaves out numbers, and counts words that nobody knows as missed', async () => {
    const tally = new RecallTally(parrot(orders), vocabulary, memoryStorage());
    await tally.sent('42 Netherfield 1813');
    expect(tally.tally.value).toMatchObject({ words: 1, hits: { global: { top1: 0, top3: 0 } } });
  });

  it('goes on where it was when the page is opened anew', async () => {
    const storage = memoryStorage();
    const before = new RecallTally(parrot(orders), vocabulary, storage);
    await before.sent('I see');
    const tally = new RecallTally(parrot(orders), vocabulary, storage);
    await tally.open();
    expect(tally.tally.value).toEqual(before.tally.value);
    await tally.sent('no');
    expect(tally.tally.value.words).toBe(3);
  });

  it.each(['', '{}', '{"words":-1,"hits":{}}', 'null'])(
    'begins anew where what is stored is %j',
    async damaged => {
      const storage = memoryStorage();
      await storage.put('app.recall', new TextEncoder().encode(damaged));
      const tally = new RecallTally(parrot(orders), vocabulary, storage);
      await tally.open();
      expect(tally.tally.value.words).toBe(0);
    },
  );
});
