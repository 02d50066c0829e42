import { FairQuota } from '@murmuration/rounds/limits/fair-quota';
import { describe, expect, it } from 'vitest';

/** Takes places by the letters of a text; which of them were taken away, or not to be had, in order. */
function play(most: number, mostPerKey: number, keys: string) {
  const quota = new FairQuota(most, mostPerKey);
  const [lost, refused]: [string[], string[]] = [[], []];
  const leave = new Map<string, () => void>();
  [...keys].forEach((key, at) => {
    const left = quota.take(key, () => lost.push(`${key}${at}`));
    if (left) leave.set(`${key}${at}`, left);
    else refused.push(`${key}${at}`);
  });
  return { quota, lost, refused, leave };
}

describe('places that are shared out fairly', () => {
  it('are so many for each key', () => {
    expect(play(9, 2, 'aaab')).toMatchObject({ lost: [], refused: ['a2'] });
  });

  it('are taken from whoever has most, the oldest first, while others have two less', () => {
    expect(play(4, 4, 'aaaab')).toMatchObject({ lost: ['a0'], refused: [] });
    expect(play(4, 4, 'aaaabb')).toMatchObject({ lost: ['a0', 'a1'], refused: [] });
    expect(play(4, 4, 'aaaabbb')).toMatchObject({ lost: ['a0', 'a1'], refused: ['b6'] });
    expect(play(4, 2, 'aabbc')).toMatchObject({ lost: ['a0'], refused: [] });
    expect(play(3, 2, 'abcd')).toMatchObject({ lost: [], refused: ['d3'] });
  });

  it('are free again once they are given back, each once', () => {
    const { quota, leave, lost } = play(2, 2, 'aab');
    expect(lost).toEqual(['a0']);
    // Taken away already.
    leave.get('a0')!();
    expect(quota.take('c', () => {})).toBeUndefined();
    leave.get('a1')!();
    leave.get('a1')!();
    expect(quota.take('c', () => {})).toBeDefined();
    expect(quota.take('d', () => {})).toBeUndefined();
  });
});
