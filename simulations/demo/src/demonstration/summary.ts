import type { Recall } from '@murmuration/demo-keyboard-app/task/recall';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { StartOptions } from './start-options.ts';

/** Recall in per cent of the held-out words. */
export interface RecallInPercent {
  readonly top1: number | null;
  readonly top3: number | null;
}

/**
 * Figures of the run for a program: recall in per cent of the held-out words, total bytes. `gain` is the
 * increase of recall by the rounds, in points over the version with which they began.
 */
export function summary(
  { devices, cohort, overSelection, seed, masking, lose, loseAt, engine }: StartOptions,
  version0: Pick<Recall, 'top1' | 'top3'>,
  records: readonly RoundRecord[],
) {
  const last = records.findLast(({ metrics }) => metrics !== null)?.metrics;
  const total = (of: (record: RoundRecord) => number) => records.reduce((sum, record) => sum + of(record), 0);
  const [top1, top3] = [knownInPercent(last?.top1), knownInPercent(last?.top3)];
  const first = recallIn(version0);
  return {
    rounds: records.length,
    failedRounds: total(({ outcome }) => (outcome === 'failed' ? 1 : 0)),
    devices,
    cohort,
    overSelection,
    seed,
    masking,
    lose,
    loseAt,
    engine,
    contributors: records.map(({ tally }) => tally.accepted),
    version0: first,
    top1,
    top3,
    gain: { top1: difference(top1, first.top1), top3: difference(top3, first.top3) },
    bytesUp: total(({ traffic }) => traffic.up),
    bytesDown: total(({ traffic }) => traffic.down),
  };
}

export function recallIn({ top1, top3 }: Pick<Recall, 'top1' | 'top3'>): RecallInPercent {
  return { top1: inPercent(top1), top3: inPercent(top3) };
}

/** Converts a share to per cent, to two places. */
export function inPercent(share: number): number {
  return Math.round(1e4 * share) / 100;
}

function knownInPercent(share: number | undefined): number | null {
  return share === undefined ? null : inPercent(share);
}

function difference(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : Math.round(100 * (now - before)) / 100;
}
