import type { ModelHash } from '@murmuration/protocol/ids/ids';
import type { History } from '@murmuration/rounds/registry/ports';
import type { JudgedVersion, VerdictStore } from '@murmuration/rounds/registry/verdicts';
import { describe, expect, it } from 'vitest';

const [one, two, other] = ['1', '2', '3'].map(digit => digit.repeat(64)) as [ModelHash, ModelHash, ModelHash];

interface Kept {
  readonly verdicts: VerdictStore;
  readonly history: Pick<History, 'commit'>;
}

/** What every store of verdicts on versions keeps to; `open` gives an empty one, `reopen` the same one after a restart. */
export function verdictsContract(
  name: string,
  open: () => Promise<Kept>,
  reopen?: () => Promise<Kept>,
): void {
  const judging = (model: ModelHash, kept: number, refused: number): { judged: JudgedVersion } => ({
    judged: { model, verdicts: { kept, refused } },
  });

  describe(`${name} as a store of verdicts`, () => {
    it('RD11: adds up the numbers of each model as rounds are committed', async () => {
      const { verdicts, history } = await open();
      await history.commit(judging(one, 2, 1));
      await history.commit(judging(one, 3, 0));
      await history.commit(judging(two, 0, 4));
      await history.commit({ judged: undefined });
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
      const { verdicts, history } = await open();
      await history.commit(judging(one, 1, 1));
      await history.commit(judging(two, 1, 1));
      await verdicts.retain(new Set([two, other]));
      expect([...(await verdicts.of([one, two])).keys()]).toEqual([two]);
    });

    it.runIf(reopen)('has them again after a restart', async () => {
      await (await open()).history.commit(judging(one, 7, 2));
      expect((await (await reopen!()).verdicts.of([one])).get(one)).toEqual({ kept: 7, refused: 2 });
    });
  });
}
