import { likeliestWords } from '@murmuration/demo-keyboard-app/task/typing/ranking';
import { SlipRows } from '@murmuration/demo-keyboard-app/task/typing/slips';
import { Spelling } from '@murmuration/demo-keyboard-app/task/typing/spelling';
import { Vocabulary } from '@murmuration/demo-keyboard-app/task/vocabulary';
import { smsText } from '@murmuration/simulations/data/sms';
import { wordsOf } from '@murmuration/studies/vocabulary/words';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const words = [
  ...new Set(
    wordsOf(
      smsText()
        .phones.slice(0, 40)
        .flatMap(({ train }) => train),
    ),
  ),
];
const spelling = new Spelling(words);

/** All words one by one, without what they share. */
function nearOf(typed: string, budget: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const [place, word] of words.entries()) {
    const rows = new SlipRows(typed);
    for (const letter of word) rows.add(letter);
    if (rows.cost <= budget) found.set(place, rows.cost);
  }
  return found;
}
const inOrder = (found: ReadonlyMap<number, number>) => [...found].sort(([a], [b]) => a - b);

describe('the words that may be meant', () => {
  it('are those that a look at every word finds', () => {
    const typed = fc
      .tuple(fc.constantFrom(...words), fc.nat(8), fc.constantFrom(...'etaoinsh'), fc.boolean())
      .map(([word, at, letter, isCut]) => {
        const slipped = word.slice(0, at) + letter + word.slice(at + 1);
        return isCut ? slipped.slice(0, 4) : slipped;
      });
    fc.assert(
      fc.property(typed, text => {
        const budget = text.length < 3 || text.length > 24 ? 0 : text.length < 6 ? 6 : 8.5;
        expect(inOrder(spelling.meant(text))).toEqual(inOrder(nearOf(text, budget)));
      }),
      { numRuns: 40 },
    );
  });

  it('are those that begin with them, for one letter or two', () => {
    for (const typed of ['t', 'th', 'q'])
      expect([...spelling.meant(typed).keys()].map(place => words[place]!).sort()).toEqual(
        words.filter(word => word.startsWith(typed)).sort(),
      );
  });

  it('are found with bounded work for each key, whatever is typed', () => {
    const letters = words.reduce((sum, word) => sum + word.length, 0);
    for (const typed of ['tomorow', 'zzzzzzzz', 'e'.repeat(24), "'''''''", 'x'.repeat(10_000)]) {
      spelling.meant(typed);
      expect(spelling.looked).toBeLessThan(letters);
    }
    // Most words are given up after a few letters.
    spelling.meant('tomorow');
    expect(spelling.looked).toBeLessThan(letters / 3);
    spelling.meant('x'.repeat(10_000));
    expect(spelling.looked).toBeLessThan(words.length);
  });
});

describe('suggestions for what was typed', () => {
  const known = new Vocabulary(['tomorrow', 'together', 'hello', 'help', "don't", 'done', 'the', 'they']);
  const even = Float32Array.of(0, 0, 0, 0, ...known.words.map(() => 1 / known.words.length));
  const suggested = (typed: string, own = new Map<string, number>()) =>
    likeliestWords({ values: even, own }, known, 3, typed);

  it('have the word that was meant, after a slip', () => {
    expect(suggested('tomorow')).toEqual(['tomorrow']);
    expect(suggested('tmorro')).toEqual(['tomorrow']);
    expect(suggested('hrllo')[0]).toBe('hello');
    expect(suggested('dont')[0]).toBe("don't");
    expect(suggested('teh')).toContain('the');
  });

  it('put words first that are spelled as they were typed, unless another is far likelier', () => {
    expect(suggested('hel').slice(0, 2)).toEqual(['hello', 'help']);
    const values = even.slice();
    values.fill(1e-6, 4);
    values[4 + known.words.indexOf('they')] = 0.9;
    expect(likeliestWords({ values, own: new Map() }, known, 1, 'tge')).toEqual(['they']);
  });

  it("have the writer's own words, slips included", () => {
    expect(suggested('netherfeld', new Map([['Netherfield', 0.1]]))).toEqual(['Netherfield']);
  });
});
