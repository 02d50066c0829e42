import { systemClock } from '@murmuration/protocol/time/system-clock';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';
import { percent } from '@murmuration/simulations/study/percent';
import type { Findings } from '@murmuration/simulations/study/study';
import type { Filtered, Replay } from './replay.ts';
import { day, week } from './task.ts';

/** Start of the season, ms since 1970: earlier mails are for training, later ones come one by one. */
export const from = Date.UTC(2002, 7, 22);
export const until = Date.UTC(2002, 9, 10);
/** Start of the week in which mail from RSS feeds begins. */
const change = Date.UTC(2002, 8, 19);

/**
 * Trains a filter on earlier mails, and delivers the mails of autumn 2002; `log` is called after each week.
 */
export async function playSeason(
  replay: Replay,
  mails: readonly DatedMail[],
  log: (line: string) => void,
): Promise<void> {
  await replay.train();
  log(`Trained on ${mails.filter(({ at }) => at < from).length} mails.`);
  for (let at = from; at < until; at += week) {
    await replay.play(Math.min(at + week, until));
    const came = replay.judged.filter(({ mail }) => mail.at >= at);
    const hams = came.filter(({ mail }) => !mail.isSpam);
    log(
      `Week from ${dateOf(at)}: ${came.length} mails, ${percent(shareOf(hams))} of the ham was called spam.`,
    );
  }
}

/** Delivers the mails of the day after a season, so that the version made at its end judges some. */
export async function playOn(replay: Replay, mails: readonly DatedMail[]): Promise<void> {
  const last = mails.findLast(({ at }) => at < until + day);
  if (last && last.at >= until) await replay.play(last.at + 1);
}

/**
 * Returns the findings of a season by week, compared with a filter that was never retrained.
 * @param began start by the system's clock, ms since 1970
 */
export async function findingsOf(replay: Replay, seed: number, began: number): Promise<Findings> {
  const { judged, happened } = replay;
  const [first] = happened.flatMap(each => (each.kind === 'promoted' ? [each.version] : []));
  if (first === undefined)
    return { figures: {}, table: [], failure: 'The first version did not pass its gate.' };
  const rates: Rates[] = [];
  for (let at = from; at < until; at += week) {
    const came = judged.filter(({ mail }) => mail.at >= at && mail.at < at + week);
    const never: Filtered[] = [];
    for (const { mail } of came)
      never.push({ mail, version: first, isFlagged: await replay.says(first, mail) });
    rates.push({ week: dateOf(at), ...ratesOf(came, never) });
  }
  const drifts = happened.flatMap(each =>
    each.kind === 'drift' && each.features.length > 0 ? [each.at] : [],
  );
  const found = drifts.find(at => at > change);
  const [second, third] = [1, 2].map(
    weeks => rates.find(each => each.week === dateOf(change + weeks * week))!,
  );
  return {
    figures: {
      seed,
      seconds: (systemClock.now() - began) / 1_000,
      mails: judged.length,
      driftDetectedDaysAfter: found === undefined ? null : (found - change) / day,
      windowDays: week / day,
      windowsBefore: Math.floor((change - from) / week),
      falseAlarmsBefore: drifts.filter(at => at <= change).length,
      secondWeek: second,
      thirdWeek: third,
      weeks: rates,
      promotions: happened.filter(({ kind }) => kind === 'promoted').length,
      refused: happened.filter(({ kind }) => kind === 'refused').length,
      rollbacks: replay.rollbacks,
      liveAccuracy: await replay.accuracy(),
      happened: happened.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
    },
    table: [
      ['week from', 'ham', 'called spam, retrained', 'never', 'spam', 'called spam, retrained', 'never'],
      ...rates.map(({ week, ham, spam }) => [week, ham, spam].flatMap(cellsOf)),
    ],
  };
}

/**
 * Mails of one kind in a week, and the shares called spam by the newest filter then, and by the first one.
 */
interface Share {
  readonly mails: number;
  readonly retrained: number;
  readonly never: number;
}

interface Rates {
  readonly week: string;
  readonly ham: Share;
  readonly spam: Share;
}

function ratesOf(retrained: readonly Filtered[], never: readonly Filtered[]): Pick<Rates, 'ham' | 'spam'> {
  const of = (isSpam: boolean): Share => {
    const [own, firsts] = [retrained, never].map(each => each.filter(({ mail }) => mail.isSpam === isSpam));
    return { mails: own!.length, retrained: shareOf(own!), never: shareOf(firsts!) };
  };
  return { ham: of(false), spam: of(true) };
}

function cellsOf(cell: string | Share): readonly string[] {
  if (typeof cell === 'string') return [cell];
  return [String(cell.mails), percent(cell.retrained), percent(cell.never)];
}

/** Formats the day of a time, ms since 1970. */
export function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function shareOf(judged: readonly Filtered[]): number {
  return judged.filter(({ isFlagged }) => isFlagged).length / Math.max(1, judged.length);
}
