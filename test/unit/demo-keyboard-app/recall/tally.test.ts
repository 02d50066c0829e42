import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { RecallTally } from '@murmuration/demo-keyboard-app/src/recall/tally';
import { NextWords } from '@murmuration/demo-keyboard-app/src/suggestions/next-words';
import { OwnWords } from '@murmuration/demo-keyboard-app/src/suggestions/own-words';
import { describe, expect, it } from 'vitest';
import { parrot, vocabulary } from '../parrot.ts';

const tallyOf = (
  model: ReturnType<typeof parrot>,
  storage = memoryStorage(),
  own = new OwnWords(vocabulary),
) => new RecallTally(new NextWords(model, vocabulary, own), storage);
const orders = { global: ['i', 'see', 'no', 'for'], hybrid: ['see'] };

describe('the recall of the models on what is written', () => {
  it('asks all of them once for each word, from what stands before it', async () => {
    const model = parrot(orders);
    const tally = tallyOf(model);
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
    const tally = tallyOf(parrot(orders));
    for (const text of ['see ', 'se', '', 'no ', 'no for ', 'no ']) tally.writing(text);
    await tally.sent('no for');
    // "see", then after the empty field "no" and "for".
    expect(tally.tally.value.words).toBe(3);
  });

  it('goes on counting after a time that the storage took nothing', async () => {
    const storage = memoryStorage();
    let isFull = true;
    const put: typeof storage.put = async (...entry) => {
      if (isFull) throw new Error('The storage is full.');
      await storage.put(...entry);
    };
    const tally = tallyOf(parrot(orders), { ...storage, put });
    await expect(tally.sent('see')).rejects.toThrow('The storage is full.');
    isFull = false;
    await tally.sent('no');
    const next = tallyOf(parrot(orders), storage);
    await next.open();
    expect(next.tally.value.words).toBe(2);
  });

  it('leaves out numbers, and counts words that nobody knows as missed', async () => {
    const tally = tallyOf(parrot(orders));
    await tally.sent('42 Netherfield 1813');
    expect(tally.tally.value).toMatchObject({ words: 1, hits: { global: { top1: 0, top3: 0 } } });
  });

  it('counts words of one’s own where they are suggested: with the shared model never', async () => {
    const own = new OwnWords(vocabulary);
    const tally = tallyOf(parrot({ ...orders, personal: ['i'] }), memoryStorage(), own);
    await tally.sent('see Netherfield');
    expect(tally.tally.value.hits.hybrid).toEqual({ top1: 1, top3: 1 });
    for (let times = 0; times < 4; times++) own.learn('see Netherfield');
    await tally.sent('see Netherfield');
    const { global, personal, hybrid } = tally.tally.value.hits;
    expect([global.top3, personal.top1, hybrid.top1]).toEqual([2, 1, 3]);
  });

  it('goes on where it was when the page is opened anew', async () => {
    const storage = memoryStorage();
    const before = tallyOf(parrot(orders), storage);
    await before.sent('I see');
    const tally = tallyOf(parrot(orders), storage);
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
      const tally = tallyOf(parrot(orders), storage);
      await tally.open();
      expect(tally.tally.value.words).toBe(0);
    },
  );
});
