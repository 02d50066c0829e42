import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';
import type { AlertSettings } from './settings.ts';

type DiskSettings = NonNullable<AlertSettings['diskFilling']>;

/** What is free on a disk at a time. */
export interface DiskSample {
  /** ms since 1970. */
  readonly time: number;
  /** Bytes. */
  readonly free: number;
  /** Bytes. */
  readonly size: number;
}

/** How a disk fills, by what was seen of it in the last hours. */
export interface DiskTrend {
  /** Oldest first. */
  readonly samples: readonly DiskSample[];
  /** Since when there is too little room, ms since 1970; null where there is enough. */
  readonly lowSince: number | null;
  /** Whether two looks in a row have found that, since one may have met a file that is gone at once; or it is full. */
  readonly isCertain: boolean;
  /** When it is full at its pace, ms since 1970; null where it does not fill, or where too little of it was seen. */
  readonly fullAt: number | null;
}

export const unseenDisk: DiskTrend = { samples: [], lowSince: null, isCertain: false, fullAt: null };

/** ms over which a pace is measured, and over which it has to have been seen. */
const [window, shortest] = [6 * 3_600_000, 3 * 3_600_000];
/** Share of a disk that is free below which it is full: nothing will be stored. */
const full = 0.01;
/** A disk that is low has enough room again once it has so much more than the limit. */
const slack = 1.1;

/** What it means that a write was refused for want of room at `time`, ms since 1970, whatever the disk itself says: there are quotas. */
export function writeRefused(time: number): Finding {
  return {
    key: 'disk-filling',
    rule: 'disk-filling',
    severity: 'critical',
    task: null,
    summary: 'The disk of the storage folder is full: a write was refused.',
    advice:
      'Make room, take a larger disk or a larger quota, and let "retention" of the configuration delete old versions: until then nothing is acknowledged, and rounds wait.',
    page: '/#/now',
    since: time,
  };
}

/** The trend with one look more. */
export function followDisk(trend: DiskTrend, sample: DiskSample, settings: DiskSettings): DiskTrend {
  const samples = [...trend.samples.filter(({ time }) => time > sample.time - window), sample];
  const fullAt = whenFull(samples);
  const factor = trend.isCertain ? slack : 1;
  const { free, within } = settings;
  const isScarce = sample.free < free * factor * sample.size;
  const fillsSoon = within !== null && fullAt !== null && fullAt - sample.time < within * factor;
  const isLow = isScarce || fillsSoon;
  return {
    samples,
    lowSince: isLow ? (trend.lowSince ?? sample.time) : null,
    isCertain: isLow && (trend.lowSince !== null || sample.free < full * sample.size),
    fullAt,
  };
}

/** Whether the disk of the storage folder is nearly full, or will soon be. */
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
    page: '/#/now',
    since: lowSince,
  };
}

/** Where the line of least squares through what was free comes to nothing. */
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
