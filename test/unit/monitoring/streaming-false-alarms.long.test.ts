import { readFileSync } from 'node:fs';
import { adwin } from '@murmuration/monitoring/streaming/adwin';
import { ddm } from '@murmuration/monitoring/streaming/ddm';
import type { Detector } from '@murmuration/monitoring/streaming/detector';
import { eddm } from '@murmuration/monitoring/streaming/eddm';
import { hddmA } from '@murmuration/monitoring/streaming/hddm-a';
import { hddmW } from '@murmuration/monitoring/streaming/hddm-w';
import { kswin } from '@murmuration/monitoring/streaming/kswin';
import { pageHinkley } from '@murmuration/monitoring/streaming/page-hinkley';
import { describe, expect, it } from 'vitest';
import { normal, uniform } from './uniform.ts';

type Make = () => Detector<unknown>;

/** All detectors as they are where nobody sets anything. */
const detectors = { ddm, eddm, hddmA, hddmW, adwin, pageHinkley, kswin } as unknown as Record<string, Make>;

/** Streams in which nothing ever changes. */
const streams: Readonly<Record<string, (random: () => number) => () => number>> = {
  'an error in ten': random => () => Number(random() < 0.1),
  'three errors in ten': random => () => Number(random() < 0.3),
  'normal numbers': normal,
};

/** The shares of streams that had a drift by so many values, of 2,000 short ones, and of 200 long ones. */
function falseAlarms(make: Make, stream: string): readonly [number, number] {
  const next = streams[stream]!(uniform(7));
  const hasDrift = (values: number): boolean => {
    const detector = make();
    const state = detector.init();
    let found = false;
    for (let n = 0; n < values && !found; n++) found = detector.update(state, next()) === 'drift';
    return found;
  };
  const share = (count: number, values: number) => {
    let found = 0;
    for (let at = 0; at < count; at++) found += Number(hasDrift(values));
    return found / count;
  };
  return [share(2_000, 1_000), share(200, 10_000)];
}

const guide = readFileSync(new URL('../../../docs/guides/monitoring.md', import.meta.url), 'utf8');
/** Rows of the table: a detector, a stream, and the shares in percent. */
const rows = [...guide.matchAll(/^\| `(\w+)` \| ([\w ]+) \| ([\d.]+) % \| ([\d.]+) % \|$/gm)];

describe('a stream in which nothing changes', () => {
  it('has a row for each detector in the guide', () => {
    expect(new Set(rows.map(([, name]) => name))).toEqual(new Set(Object.keys(detectors)));
  });

  it.each(rows.map(([, name = '', stream = '', short, long]) => [name, stream, short, long]))(
    'makes %s find as many drifts as the guide says: %s, %s and %s %',
    (name, stream, ...told) => {
      const found = falseAlarms(detectors[name!]!, stream!).map(share => 100 * share);
      told.forEach((percent, at) => {
        // What is printed is rounded, and another engine may round a logarithm otherwise.
        expect(Math.abs(found[at]! - Number(percent))).toBeLessThanOrEqual(0.5 + 0.02 * found[at]!);
      });
    },
  );
});
