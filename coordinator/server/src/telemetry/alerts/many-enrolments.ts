import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/** Milliseconds in which enrolments are counted: long enough for a crowd to show, short enough to act. */
export const enrolmentsWithin = 600_000;

/** Number of stretches into which the watched time is divided to count enrolments. */
const stretches = 20;

/** Recent enrolments in each stretch of time, oldest first. */
export type EnrolmentTrend = readonly { readonly from: number; readonly devices: number }[];

/** Adds an enrolment at `now`, in ms since 1970, and drops those older than the watched time. */
export function followEnrolment(trend: EnrolmentTrend, now: number): EnrolmentTrend {
  const kept = trend.filter(({ from }) => from > now - enrolmentsWithin && from <= now);
  const last = kept.at(-1);
  if (last && now - last.from < enrolmentsWithin / stretches)
    return [...kept.slice(0, -1), { ...last, devices: last.devices + 1 }];
  return [...kept, { from: now, devices: 1 }];
}

/** Returns a finding if more than `most` devices have enrolled recently. */
export function manyEnrolments(trend: EnrolmentTrend, most: number, now: number): Finding | null {
  const lately = trend.filter(({ from }) => from > now - enrolmentsWithin);
  const devices = lately.reduce((sum, each) => sum + each.devices, 0);
  const [first] = lately;
  if (!first || devices <= most) return null;
  return {
    key: 'many-enrolments',
    rule: 'many-enrolments',
    severity: 'warning',
    task: null,
    summary: `More than ${most} devices have enrolled within ${inWords(enrolmentsWithin)}.`,
    advice:
      'If no app was launched, somebody may have its enrolment token: see which token is used so often, and revoke it together with the devices that have enrolled with it.',
    page: '/#/fleet/devices',
    since: first.from,
  };
}
