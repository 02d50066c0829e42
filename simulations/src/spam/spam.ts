import { systemClock } from '@murmuration/protocol/time/system-clock';
import { datedMail } from '../data/dated-mail.ts';
import { percent } from '../study/percent.ts';
import type { Findings, ScenarioOptions } from '../study/study.ts';
import { type Judged, Replay } from './replay.ts';
import { day, week } from './task.ts';

/** Before then, mails are there to learn from; from then on they come one by one. */
const from = Date.UTC(2002, 7, 22);
const until = Date.UTC(2002, 9, 10);
/** The week in which mail by RSS begins. */
const change = Date.UTC(2002, 8, 19);

/** A mail filter that is trained, served, watched and trained again, as the mails of autumn 2002 came. */
export async function run({ seed, log }: ScenarioOptions): Promise<Findings> {
  const began = systemClock.now();
  const mails = datedMail();
  const replay = await Replay.open(mails, from, seed);
  try {
    await replay.train();
    log(`Trained on ${mails.filter(({ at }) => at < from).length} mails.`);
    for (let at = from; at < until; at += week) {
      await replay.play(Math.min(at + week, until));
      log(`${dateOf(at)}: ${replay.judged.filter(({ mail }) => mail.at >= at).length} mails.`);
    }
    const { judged, happened } = replay;
    const [first] = happened.flatMap(each => (each.kind === 'promoted' ? [each.version] : []));
    if (first === undefined)
      return { figures: {}, table: [], failure: 'The first version did not pass its gate.' };
    const rates: { week: string; retrained: number; never: number; hams: number }[] = [];
    for (let at = from; at < until; at += week) {
      const hams = judged.filter(({ mail }) => !mail.isSpam && mail.at >= at && mail.at < at + week);
      const never: Judged[] = [];
      for (const { mail } of hams)
        never.push({ mail, version: first, isFlagged: await replay.says(first, mail) });
      rates.push({
        week: dateOf(at),
        retrained: shareOf(hams),
        never: shareOf(never),
        hams: hams.length,
      });
    }
    const drifts = happened.flatMap(each =>
      each.kind === 'drift' && each.features.length > 0 ? [each.at] : [],
    );
    const found = drifts.find(at => at > change);
    const last = rates.find(each => each.week === dateOf(change + week))!;
    const promotions = happened.filter(({ kind }) => kind === 'promoted').length;
    return {
      figures: {
        seed,
        seconds: (systemClock.now() - began) / 1_000,
        mails: judged.length,
        driftDetectedDaysAfter: found === undefined ? null : (found - change) / day,
        falseAlarmsBefore: drifts.filter(at => at <= change).length,
        hamFpr26Sep: { retrained: last.retrained, never: last.never },
        weeks: rates,
        promotions,
        refused: happened.filter(({ kind }) => kind === 'refused').length,
        rollbacks: replay.rollbacks,
        liveAccuracy: await replay.accuracy(),
        happened: happened.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
      },
      table: [
        ['week from', 'ham', 'called spam, retrained', 'never retrained'],
        ...rates.map(each => [each.week, String(each.hams), percent(each.retrained), percent(each.never)]),
      ],
    };
  } finally {
    await replay.close();
  }
}

function shareOf(judged: readonly Judged[]): number {
  return judged.filter(({ isFlagged }) => isFlagged).length / Math.max(1, judged.length);
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
