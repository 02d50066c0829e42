import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/** Share of free disk space below which an alert begins. */
export const leastFree = 0.1;
/** Milliseconds within which the disk will be full, at the pace of the last hours: a day to make room. */
export const fullWithin = 86_400_000;

/** Free space on a disk at a time. */
export interface DiskSample {
  /** Time of the sample, in ms since 1970. */
  readonly time: number;
  /** Free bytes. */
  readonly free: number;
  /** Total bytes. */
  readonly size: number;
}

/** Trend of a disk's free space over the last hours. */
export interface DiskTrend {
  /** Samples, oldest first. */
  readonly samples: readonly DiskSample[];
  /** Time since which there is too little room, in ms since 1970; null if there is enough. */
  readonly lowSince: number | null;
  /**
   * True if two looks in a row found too little room, since one may have met a short-lived file; or if the
   * disk is full.
   */
  readonly isCertain: boolean;
  /**
   * Predicted time at which the disk is full, in ms since 1970; null if it does not fill, or was observed too
   * briefly.
   */
  readonly fullAt: number | null;
}

export const unseenDisk: DiskTrend = { samples: [], lowSince: null, isCertain: false, fullAt: null };

/** Milliseconds over which a pace is measured, and minimum milliseconds of observation. */
const [window, shortest] = [6 * 3_600_000, 3 * 3_600_000];
/** Share of free space below which a disk counts as full and nothing will be stored. */
const full = 0.01;
/**
 * Factor of the limit that the free space must reach before a low disk counts as having enough room again.
 */
const enoughRoomFactor = 1.1;

/**
 * Returns the finding for a write refused for lack of room at `time`, in ms since 1970; because of quotas,
 * the disk itself may report free space.
 */
export function writeRefused(time: number): Finding {
  return {
    key: 'disk-filling',
    rule: 'disk-filling',
    severity: 'critical',
    task: null,
    summary: 'The disk of the storage folder is full: a write was refused.',
    advice:
      'Make room, take a larger disk or a larger quota, and let "retention" of the configuration delete old versions: until then nothing is acknowledged, and rounds wait.',
    page: '/#/overview',
    since: time,
  };
}

/** Returns the trend after one more sample. */
export function followDisk(trend: DiskTrend, sample: DiskSample): DiskTrend {
  const samples = [...trend.samples.filter(({ time }) => time > sample.time - window), sample];
  const fullAt = whenFull(samples);
  const factor = trend.isCertain ? enoughRoomFactor : 1;
  const isScarce = sample.free < leastFree * factor * sample.size;
  const fillsSoon = fullAt !== null && fullAt - sample.time < fullWithin * factor;
  const isLow = isScarce || fillsSoon;
  return {
    samples,
    lowSince: isLow ? (trend.lowSince ?? sample.time) : null,
    isCertain: isLow && (trend.lowSince !== null || sample.free < full * sample.size),
    fullAt,
  };
}

/** Returns a finding if the disk of the storage folder is nearly full, or will soon be. */
export function diskFilling({ samples, lowSince, isCertain, fullAt }: DiskTrend): Finding | null {
  const last = samples.at(-1);
  if (lowSince === null || !isCertain || !last) return null;
  const share = `${Number(((100 * last.free) / last.size).toFixed(1))} %`;
  const pace =
    fullAt === null ? '' : `, and at its pace of the last hours is full in ${inWords(fullAt - last.time)}`;
  return {
    key: 'disk-filling',
    rule: 'disk-filling',
    severity: 'critical',
    task: null,
    summary: `The disk of the storage folder has ${inGigabytes(last.free)}, ${share}, left${pace}.`,
    advice:
      'Make room or take a larger disk, and let "retention" of the configuration delete old versions: while a version has no room, its round waits.',
    page: '/#/overview',
    since: lowSince,
  };
}

/** Returns the time at which the least-squares line through the free space reaches zero. */
function whenFull(samples: readonly DiskSample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.time - first.time < shortest) return null;
  const meanTime = mean(samples.map(({ time }) => time - first.time));
  const meanFree = mean(samples.map(({ free }) => free));
  let [products, squares] = [0, 0];
  for (const { time, free } of samples) {
    const away = time - first.time - meanTime;
    products += away * (free - meanFree);
    squares += away * away;
  }
  const slope = products / squares;
  return slope < 0 ? last.time + last.free / -slope : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function inGigabytes(bytes: number): string {
  return `${Number((bytes / 1e9).toPrecision(3))} GB`;
}
