import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';
import type { AlertSettings } from './settings.ts';

type EnrolmentSettings = NonNullable<AlertSettings['manyEnrolments']>;

/** Number of stretches into which the watched time is divided to count enrolments. */
const stretches = 20;

/** Recent enrolments in each stretch of time, oldest first. */
export type EnrolmentTrend = readonly { readonly from: number; readonly devices: number }[];

/** Adds an enrolment at `now`, in ms since 1970, and drops those older than the watched time. */
export function followEnrolment(
  trend: EnrolmentTrend,
  { within }: EnrolmentSettings,
  now: number,
): EnrolmentTrend {
  const kept = trend.filter(({ from }) => from > now - within && from <= now);
  const last = kept.at(-1);
  if (last && now - last.from < within / stretches)
    return [...kept.slice(0, -1), { ...last, devices: last.devices + 1 }];
  return [...kept, { from: now, devices: 1 }];
}

/** Returns a finding if more devices have enrolled recently than an app normally gains. */
export function manyEnrolments(
  trend: EnrolmentTrend,
  { devices: most, within }: EnrolmentSettings,
  now: number,
): Finding | null {
  const lately = trend.filter(({ from }) => from > now - within);
  const devices = lately.reduce((sum, each) => sum + each.devices, 0);
  const [first] = lately;
  if (!first || devices <= most) return null;
  return {
    key: 'many-enrolments',
    rule: 'many-enrolments',
    severity: 'warning',
    task: null,
    summary: `More than ${most} devices have enrolled within ${inWords(within)}.`,
    advice:
      'If no app was launched, somebody may have its enrolment token: see which token is used so often, and revoke it together with the devices that have enrolled with it.',
    page: '/#/devices',
    since: first.from,
  };
}
