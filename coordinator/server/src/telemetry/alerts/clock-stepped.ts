import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/** Tolerated difference of the machine's clock in ms, which covers leap seconds and small corrections. */
const tolerated = 5_000;

/**
 * Returns a finding if the machine's clock differs from the coordinator's by more than is tolerated; `ahead`
 * in ms, negative if it is behind.
 */
export function clockStepped(ahead: number, now: number): Finding | null {
  if (Math.abs(ahead) < tolerated) return null;
  return {
    key: 'clock-stepped',
    rule: 'clock-stepped',
    severity: 'warning',
    task: null,
    summary: `The clock of this machine was set ${ahead > 0 ? 'ahead' : 'back'} by ${inWords(Math.abs(ahead))} since the coordinator started, or the machine slept; deadlines go on as they were, and times are shown by the clock as it was.`,
    advice:
      'See what sets the clock (NTP, a host that pauses the machine); once it is right, restart the coordinator, which then goes by it.',
    page: '/#/overview',
    since: now,
  };
}
