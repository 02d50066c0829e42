import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/** ms by which the machine's clock may differ: leap seconds and small corrections are not worth a word. */
const tolerated = 5_000;

/** Whether the machine's clock is `ahead` of the coordinator's by more ms than is worth no word; negative: behind. */
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
    page: '/#/now',
    since: now,
  };
}
