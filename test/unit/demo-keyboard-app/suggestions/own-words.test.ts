import { OwnWords } from '@murmuration/demo-keyboard-app/src/suggestions/own-words';
import { beforeEach, describe, expect, it } from 'vitest';
import { vocabulary } from '../parrot.ts';

let own: OwnWords;

beforeEach(() => {
  own = new OwnWords(vocabulary);
});

const sum = (shares: ReadonlyMap<string, number>) => Array.from(shares.values()).reduce((a, b) => a + b, 0);

describe('the words of one’s own', () => {
  it('are those that the vocabulary lacks, once they were written twice', () => {
    own.learn('I see Netherfield');
    expect(own.after('I see ').size).toBe(0);
    own.learn('I see Netherfield');
    expect([...own.after('I see ').keys()]).toEqual(['Netherfield']);
    expect([...own.after('').keys()]).toEqual(['Netherfield']);
  });

  it('are likelier where they followed before, and never take all', () => {
    for (let times = 0; times < 5; times++) own.learn('I see Netherfield no occasion');
    const after = own.after('I see ').get('Netherfield')!;
    expect(after).toBeGreaterThan(0.8);
    expect(own.after('no ').get('Netherfield')).toBeLessThan(0.3);
    for (const text of ['', 'I see ', 'that ', 'I see Netherfield '])
      expect(sum(own.after(text))).toBeLessThan(1);
  });

  it('are spelled as they were written last, but for the capital of a sentence', () => {
    own.learn('Brexiting is no occasion');
    own.learn('no brexiting');
    own.learn('Brexiting that');
    own.learn('see McAdam');
    own.learn('McAdam see');
    expect([...own.after('').keys()].sort()).toEqual(['McAdam', 'brexiting']);
  });

  it('hold no numbers', () => {
    for (let times = 0; times < 3; times++) own.learn('see 42 7');
    expect(own.after('see ').size).toBe(0);
  });

  it('are gone when they are forgotten', () => {
    for (let times = 0; times < 3; times++) own.learn('see Longbourn');
    own.forget();
    expect(own.after('see ').size).toBe(0);
  });
});
