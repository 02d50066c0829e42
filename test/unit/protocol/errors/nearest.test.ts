import { didYouMean } from '@murmuration/protocol/errors/nearest';
import { describe, expect, it } from 'vitest';

const names = ['mnist-2nn', 'next-word', 'spam', 'ab'];
const near = (given: string): string => didYouMean(given, names);

describe('a question for a name that is near', () => {
  it.each([
    ['two letters swapped', 'mnsit-2nn', 'mnist-2nn'],
    ['two letters swapped at the beginning, of two', 'ba', 'ab'],
    ['two letters swapped at the end', 'sapm', 'spam'],
    ['a letter left out', 'mnist-nn', 'mnist-2nn'],
    ['a letter put in', 'spaam', 'spam'],
    ['another letter', 'next-ward', 'next-word'],
    ['other case', 'SPAM', 'spam'],
  ])('is asked for %s', (_, given, name) => {
    expect(near(given)).toBe(` Did you mean "${name}"?`);
  });

  it('is not asked where no name is near, or there is none', () => {
    expect(near('keyboard')).toBe('');
    expect(didYouMean('spam', [])).toBe('');
    // A swap is one step, and two letters that are both others are two.
    expect(didYouMean('xy', ['ab'])).toBe('');
    expect(didYouMean('ba', ['ab'])).not.toBe('');
  });

  it('is asked up to two fifths of the longer one, or one step', () => {
    expect(didYouMean('abcde', ['abcdefgh'])).not.toBe('');
    expect(didYouMean('abcd', ['abcdefgh'])).toBe('');
    expect(didYouMean('abcdefgh', ['abcde'])).not.toBe('');
    expect(didYouMean('ac', ['ab'])).not.toBe('');
  });

  it('counts a swap where both letters are the other way round', () => {
    for (const given of ['ax', 'xb']) expect(didYouMean(given, ['ba'])).toBe('');
    // Two swaps of four letters are too many.
    expect(didYouMean('badc', ['abcd'])).toBe('');
  });

  it('is asked for the beginning of what is long', () => {
    const name = 'a'.repeat(256);
    expect(didYouMean(`${name}${'b'.repeat(500)}`, [name])).toBe(` Did you mean "${name}"?`);
  });

  it('is asked for the nearest of several, or the first of these', () => {
    expect(didYouMean('rat', ['cat', 'bat'])).toBe(' Did you mean "cat"?');
    expect(didYouMean('worbs', ['words', 'world', 'wolds'])).toBe(' Did you mean "words"?');
  });
});
