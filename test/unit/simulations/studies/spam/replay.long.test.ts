import type { InferenceState } from '@murmuration/api/inference';
import { type DatedMail, datedMail } from '@murmuration/simulations/data/dated-mail';
import { buckets, bucketsOf } from '@murmuration/studies/spam/buckets';
import { Replay } from '@murmuration/studies/spam/replay';
import { week } from '@murmuration/studies/spam/task';
import { afterEach, describe, expect, it } from 'vitest';
import { uniform } from '../../../monitoring/uniform.ts';

describe('the words of a mail', () => {
  it('are buckets of pairs, each once, whatever their case', () => {
    expect(bucketsOf('Free money, FREE money')).toEqual(bucketsOf('free MONEY free money'));
    expect(bucketsOf('free money free money')).toHaveLength(3);
    expect(bucketsOf('free money')).not.toEqual(bucketsOf('money free'));
    expect(bucketsOf('')).toEqual([]);
    expect(Math.max(...bucketsOf(Array.from({ length: 5_000 }, (_, i) => `w${i}`).join(' ')))).toBeLessThan(
      buckets,
    );
  });
});

describe('the mails of SpamAssassin', () => {
  it('come in order of their dates, those of autumn 2002 among them', () => {
    const mails = datedMail();
    expect(mails.length).toBeGreaterThan(6_000);
    expect(mails.every(({ at }, i) => i === 0 || at >= mails[i - 1]!.at)).toBe(true);
    const hams = mails.filter(
      ({ at, isSpam }) => !isSpam && at >= Date.UTC(2002, 8, 26) && at < Date.UTC(2002, 9, 3),
    );
    expect(hams).toHaveLength(463);
  });
});

/** Mails of a mail server: spam has words of its own, and from `change` on ham is of another, short kind that looks like spam. */
function mailsOf(from: number, weeks: number, change: number): DatedMail[] {
  const random = uniform(5);
  // In a fixed order from anywhere on, so that pairs of them come again.
  const words = (kind: string, count: number) => {
    const first = Math.floor(random() * 30);
    return Array.from({ length: count }, (_, at) => `${kind}${(first + at) % 30}`).join(' ');
  };
  return Array.from({ length: weeks * 150 }, (_, i): DatedMail => {
    const at = from + (i * week) / 150;
    const isSpam = random() < 0.4;
    // The same lengths in each week: few mails differ by chance.
    const length = 20 + ((i * 7) % 50);
    const isNew = at >= change && random() < 0.6;
    if (isSpam) return { at, isSpam, text: words('spam', length) };
    return { at, isSpam, text: isNew ? `${words('spam', 3)} ${words('feed', 2)}` : words('ham', length) };
  });
}

let replay: Replay | undefined;
afterEach(() => replay?.close());

describe('a filter that is served', () => {
  it('is trained again when mails drift, promoted by its gate, and better than one that never was', async () => {
    const start = 40 * week;
    const [from, change] = [start + 2 * week, start + 4 * week];
    const mails = mailsOf(start, 7, change);
    replay = await Replay.open(mails, from, 1);
    await replay.train();
    await replay.play(change + 1.5 * week);
    const { happened, judged, dashboard, url } = replay;
    const askedOf = async (number: number): Promise<number> => {
      const authorization = `Bearer ${dashboard.split('token=')[1]}`;
      const answer = await fetch(`${url}/v1/admin/inference`, { headers: { authorization } });
      const { models } = (await answer.json()) as InferenceState;
      return models[0]!.versions.find(({ version }) => version === String(number))!.requests;
    };
    const drifts = happened.filter(each => each.kind === 'drift' && each.features.length > 0);
    expect(drifts[0]).toMatchObject({ at: change + week });
    expect(happened.filter(({ kind }) => kind === 'promoted').map(({ at }) => at)).toEqual(
      expect.arrayContaining([from, change + week]),
    );
    const hams = judged.filter(({ mail }) => !mail.isSpam && mail.at >= change + week);
    const retrained = hams.filter(({ isFlagged }) => isFlagged).length;
    let never = 0;
    const before = await askedOf(1);
    for (const { mail } of hams) never += Number(await replay.says(1, mail));
    expect(await askedOf(1)).toBe(before);
    expect(never).toBeGreaterThan(hams.length / 4);
    expect(retrained).toBeLessThan(hams.length / 20);
    const [known] = await replay.accuracy();
    expect(known!.outcomes).toBeGreaterThan(20);
    expect(known!.value).toBeGreaterThan(0.5);
    expect(replay.rollbacks).toBe(0);
  });
});
