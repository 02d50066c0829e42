import { describe, expect, it } from 'vitest';
import { spec } from '../protocol/spec/document.ts';
import { figuresOf, hashOf, rulesOf } from './spec-numbers.ts';

describe('the rules of SPEC.md', () => {
  const rules = rulesOf(spec);

  it('are all read', () => {
    expect([...rules.keys()]).toEqual([...spec.matchAll(/^- \*\*([A-Z]{2}\d+) /gm)].map(([, id]) => id));
  });

  // A rule that the difference names has other numbers than before. Where they are meant to change:
  // npx vitest run --project node test/unit/docs/spec-numbers.test.ts -u
  it('have the numbers, codes and formulas that they had', async () => {
    const hashes = Object.fromEntries([...rules].map(([id, text]) => [id, hashOf(text)]));
    await expect(`${JSON.stringify(hashes, null, 2)}\n`).toMatchFileSnapshot('spec-numbers.json');
  });
});

describe('the figures of a rule', () => {
  it('are its numbers, codes, formulas and bounds', () => {
    expect(
      figuresOf('- **AB1 Name.** At once (CD2), at most 3 s, two of `x.y` ‖ n above the mean; a\n  try.'),
    ).toEqual(['at most', '3 s', 'two', '`x.y`', '‖', 'n', 'above']);
  });

  it.each([
    ['a number', 'waits 10 s, at most 16', 'waits 11 s, at most 16'],
    ['a unit', 'waits 10 s', 'waits 10 min'],
    ['a bound', 'at most 16', 'at least 16'],
    ['an order', '`a` ‖ `b`', '`b` ‖ `a`'],
    ['a code', 'refused with `update.norm`', 'refused with `update.weight`'],
    ['a variable', '2^w − 1', '2^n − 1'],
  ])('have another hash with %s changed', (_, before, after) => {
    expect(hashOf(after)).not.toBe(hashOf(before));
  });

  it('have the same hash in other words', () => {
    expect(hashOf('It is refused with `update.norm` after\n10 s.')).toBe(
      hashOf('`update.norm` once 10 s have passed.'),
    );
  });

  it('end with the rule', () => {
    const spec = '- **AB1 One.** 1\n  2\n\n  3\n- **AB2 Two.** 4\n\nFive: 5.\n';
    expect([...rulesOf(spec)].map(([id, text]) => [id, figuresOf(text)])).toEqual([
      ['AB1', ['1', '2', '3']],
      ['AB2', ['4']],
    ]);
  });
});
