import type { DeviceId, TaskName } from '@murmuration/protocol/ids/ids';
import { enderOf, type RoundRecord } from '@murmuration/rounds/round/record';
import type { Finding } from './finding.ts';

/** Number of recent rounds examined, and number of failures among them that counts as many. */
const lookedAt = 20;
const many = 5;

/** Device in an alert, with the name of the token that it enrolled with. */
export interface NamedDevice {
  readonly device: DeviceId;
  readonly token: string | undefined;
}

/** Outcomes of a task's last rounds, oldest first. */
export type RoundEnds = readonly Pick<RoundRecord, 'number' | 'outcome' | 'endedAt' | 'failure'>[];

/** Adds a round, unless it was ended on purpose or belongs to a query. */
export function followOutcome(before: RoundEnds, record: RoundRecord): RoundEnds {
  if (record.query !== undefined || enderOf(record.failure) !== null) return before;
  const { number, outcome, endedAt, failure } = record;
  return [...before, { number, outcome, endedAt, failure }].slice(-lookedAt);
}

/**
 * Returns a finding if a quarter of the last rounds have failed, though not all in a row; `shared`: the
 * devices that failed sums have in common.
 */
export function manyFailures(
  task: TaskName,
  outcomes: RoundEnds,
  shared: readonly NamedDevice[],
): Finding | null {
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
  const last = failed.at(-1);
  if (!last || failed.length < many) return null;
  return {
    key: `rounds-failing:${task}`,
    rule: 'rounds-failing',
    severity: 'critical',
    task,
    summary: `${failed.length} of the last ${outcomes.length} rounds of ${task} failed; round ${last.number}: ${last.failure?.reason ?? 'It says no reason.'}${inCommon(shared)}`,
    advice:
      'Look in which phase they failed. Where devices come and go, have each begin when it comes (cohort.mode "asynchronous"). Where one device is in all of them, it may do that on purpose: revoke it, and the token with which it has enrolled.',
    page: `/#/fleet/rounds/${task}/${last.number}`,
    since: failed[0]!.endedAt,
  };
}

/** Returns a sentence about the devices that failed sums have in common; empty if there are none. */
export const inCommon = (devices: readonly NamedDevice[]): string =>
  devices.length === 0
    ? ''
    : ` Sums that could not be opened have in common: ${devices.map(named).join(', ')}.`;

/** Returns a finding if rounds repeatedly wait for devices. */
export function roundsDelayed(task: TaskName, slow: readonly NamedDevice[], now: number): Finding | null {
  if (slow.length === 0) return null;
  return {
    key: `rounds-delayed:${task}`,
    rule: 'rounds-delayed',
    severity: 'warning',
    task,
    summary: `One device keeps rounds of ${task} waiting again and again: ${slow.map(named).join(', ')}.`,
    advice:
      'A device may be slow, or wait on purpose. Shorten the deadlines of the task, or revoke the device.',
    page: '/#/fleet/devices',
    since: now,
  };
}

const named = ({ device, token }: NamedDevice): string =>
  token === undefined ? device : `${device} (enrolled with "${token}")`;
