import { layers } from '@murmuration/demo-keyboard-app/src/keyboard/layout';
import {
  areNeighbours,
  letterRows,
  SlipRows,
  slipCosts,
} from '@murmuration/demo-keyboard-app/task/typing/slips';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const { neighbour, other, missing, apostrophe, extra, doubled, swapped } = slipCosts;

/** The cheapest cost over all beginnings of the word, which SlipRows gives. */
function costOf(word: string, typed: string): number {
  const rows = new SlipRows(typed);
  for (const letter of word) rows.add(letter);
  return rows.cost;
}

/** The same straight from its definition: every way to type a beginning, from the end. */
function costByDefinition(word: string, typed: string): number {
  const known = new Map<string, number>();
  const whole = (w: string, t: string): number => {
    const key = `${w}|${t}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const ways: number[] = w === '' && t === '' ? [0] : [];
    const [a, b] = [w.at(-1)!, t.at(-1)!];
    if (w !== '') ways.push(whole(w.slice(0, -1), t) + (a === "'" ? apostrophe : missing));
    if (t !== '') ways.push(whole(w, t.slice(0, -1)) + (b === t.at(-2) ? doubled : extra));
    if (w !== '' && t !== '')
      ways.push(
        whole(w.slice(0, -1), t.slice(0, -1)) + (a === b ? 0 : areNeighbours(a, b) ? neighbour : other),
      );
    if (w.length > 1 && t.length > 1 && a === t.at(-2) && b === w.at(-2) && a !== b)
      ways.push(whole(w.slice(0, -2), t.slice(0, -2)) + swapped);
    const least = Math.min(...ways);
    known.set(key, least);
    return least;
  };
  return Math.min(...Array.from({ length: word.length + 1 }, (_, end) => whole(word.slice(0, end), typed)));
}

describe('the letters on the keys', () => {
  it('stand as on the keyboard of the page', () => {
    const rows = layers.letters.map(row =>
      row.flatMap(key => ('character' in key && /[a-z]/.test(key.character) ? [key.character] : [])).join(''),
    );
    expect(rows.filter(row => row !== '')).toEqual(letterRows);
  });

  it('have neighbours on all sides', () => {
    const beside = (letter: string) =>
      letterRows
        .join('')
        .split('')
        .filter(each => areNeighbours(letter, each))
        .sort()
        .join('');
    expect(beside('q')).toBe('aw');
    expect(beside('g')).toBe('bfhtvy');
    expect(beside('s')).toBe('adewxz');
    expect(beside('p')).toBe('lo');
    for (const one of letterRows.join(''))
      for (const each of beside(one)) expect(areNeighbours(each, one)).toBe(true);
  });
});

describe('what slips cost', () => {
  it('is what each of the four kinds of Damerau (1964) costs', () => {
    // One letter wrong, one missing, one too many, two swapped: 80 % of misspelt words are one of these.
    expect(costOf('hello', 'hwllo')).toBe(neighbour);
    expect(costOf('hello', 'hxllo')).toBe(other);
    expect(costOf('hello', 'hllo')).toBe(missing);
    expect(costOf('hello', 'hetllo')).toBe(extra);
    expect(costOf('hello', 'helllo')).toBe(doubled);
    expect(costOf('hello', 'hlelo')).toBe(swapped);
    expect(costOf("don't", 'dont')).toBe(apostrophe);
  });

  it('is nothing for a word that is still being typed', () => {
    for (const typed of ['', 'w', 'wri', 'writing']) expect(costOf('writing', typed)).toBe(0);
  });

  it('changes no letter twice, as the restricted distance does: 3 edits from CA to ABC, not 2', () => {
    // The example that tells the restricted distance from the other (Boytsov 2011, §2.2.1). Typing ends with C, so no beginning is nearer.
    expect(costOf('ca', 'abc')).toBe(costByDefinition('ca', 'abc'));
    expect(costOf('ca', 'abc')).toBeGreaterThan(swapped + extra);
  });

  it('is the least over all ways, by its definition', () => {
    const text = (most: number) =>
      fc.string({ unit: fc.constantFrom('a', 'b', 'n', 's', "'"), maxLength: most });
    fc.assert(
      fc.property(text(7), text(7), (word, typed) => {
        expect(costOf(word, typed)).toBeCloseTo(costByDefinition(word, typed), 9);
      }),
    );
  });

  it('is the same after another word with the same beginning', () => {
    const rows = new SlipRows('tehy');
    for (const letter of 'there') rows.add(letter);
    rows.keep(3);
    rows.add('y');
    expect(rows.cost).toBe(costOf('they', 'tehy'));
    expect(rows.least).toBeLessThanOrEqual(rows.cost);
  });
});
