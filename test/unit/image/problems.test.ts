import { describe, expect, it } from 'vitest';
import { ownIdOf } from '../../image/bill.ts';
import { missingHere, problemsOf, type Walk } from '../../image/problems.ts';

const walk: Walk = {
  account: '1000',
  healthCheck: 0,
  writable: ['/state', '/tmp'],
  refusedSecond: true,
  rounds: { before: 1, kept: true },
  predicted: [[1]],
  withoutToken: 401,
  exitCodes: { coordinator: 0, inference: 0 },
};

describe('npm run image', () => {
  it('says what is wrong with an image, a sentence each', () => {
    expect(problemsOf(walk, [], [])).toEqual([]);
    expect(
      problemsOf(
        { ...walk, account: '0', withoutToken: 200 },
        ['zod@4.6.7'],
        ['engine/dist/fused/binary.js'],
      ),
    ).toEqual([
      'The bill of materials lacks zod@4.6.7.',
      'Kernels are not those of the checkout: engine/dist/fused/binary.js.',
      'The image runs as the account 0, not 1000.',
      'A request without a token got 200, not 401.',
    ]);
  });

  it('says in a sentence what the machine lacks', () => {
    expect(missingHere(true, () => true, true)).toBeUndefined();
    expect(missingHere(false, program => program !== 'mmdebstrap', true)).toBeUndefined();
    expect(missingHere(true, program => program !== 'buildah', true)).toMatch(
      / needs buildah: apt-get install /,
    );
    expect(missingHere(true, () => true, false)).toBe('npm run image has to run as root.');
  });

  it('finds a package that stands under another name in the bill of materials', () => {
    const purl = 'pkg:npm/%40types/react-native@0.72.8';
    expect(ownIdOf({ purl })).toBe('@types/react-native@0.72.8');
    expect(ownIdOf({ purl: 'pkg:npm/zod@4.6.7' })).toBe('zod@4.6.7');
  });
});
