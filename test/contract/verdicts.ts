import type { VerdictStore } from '@murmuration/coordinator/registry/verdicts';
import type { ModelHash } from '@murmuration/protocol/ids';
import { describe, expect, it } from 'vitest';

const [one, two, other] = ['1', '2', '3'].map(digit => digit.repeat(64)) as [ModelHash, ModelHash, ModelHash];

/** What every store of verdicts on versions keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function verdictsContract(
  name: string,
  open: () => Promise<VerdictStore>,
  reopen?: () => Promise<VerdictStore>,
): void {
  describe(`${name} as a store of verdicts`, () => {
    it('adds up the numbers of each model', async () => {
      const verdicts = await open();
      await verdicts.add(new Map([[one, { kept: 2, refused: 1 }]]));
      await verdicts.add(
        new Map([
          [one, { kept: 3, refused: 0 }],
          [two, { kept: 0, refused: 4 }],
        ]),
      );
      expect(await verdicts.of([one, two, other])).toEqual(
        new Map([
          [one, { kept: 5, refused: 1 }],
          [two, { kept: 0, refused: 4 }],
        ]),
      );
      expect(await verdicts.of([other])).toEqual(new Map());
      expect(await verdicts.of([])).toEqual(new Map());
    });

    it('forgets those of models that are not to be retained', async () => {
      const verdicts = await open();
      await verdicts.add(
        new Map([
          [one, { kept: 1, refused: 1 }],
          [two, { kept: 1, refused: 1 }],
        ]),
      );
      await verdicts.retain(new Set([two, other]));
      expect([...(await verdicts.of([one, two])).keys()]).toEqual([two]);
    });

    it.runIf(reopen)('has them again after a restart', async () => {
      await (await open()).add(new Map([[one, { kept: 7, refused: 2 }]]));
      expect((await (await reopen!()).of([one])).get(one)).toEqual({ kept: 7, refused: 2 });
    });
  });
}
