import type { TaskFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/**
 * Returns a finding if no eligible device of a task was connected for `limit` ms, or for two intervals
 * between its rounds if that is longer: devices that are told when to come back need not be connected until
 * then.
 */
export function noEligibleDevices(
  { task, interval, eligibleAt, connected, enrolled }: TaskFacts,
  limit: number,
  now: number,
): Finding | null {
  const patience = Math.max(limit, 2 * interval);
  if (now - eligibleAt < patience) return null;
  return {
    key: `no-eligible-devices:${task}`,
    rule: 'no-eligible-devices',
    severity: 'warning',
    task,
    summary: `No device that could take part in ${task} was there for ${inWords(patience)}; ${connected} of ${enrolled} enrolled devices are connected.`,
    advice: adviceFor(connected, enrolled),
    page: '/#/fleet/devices',
    since: eligibleAt,
  };
}

function adviceFor(connected: number, enrolled: number): string {
  if (enrolled === 0)
    return 'Give an app the address of this coordinator, and an enrolment token unless anybody may enrol: no device has enrolled yet.';
  return connected === 0
    ? 'See whether devices reach this coordinator (address, certificate, proxy), and look at what was refused.'
    : 'See what check-ins lack: the eligibility of the task may ask for more than devices have, such as power, an unmetered network or a newer SDK. Devices with too few examples do not check in at all.';
}
