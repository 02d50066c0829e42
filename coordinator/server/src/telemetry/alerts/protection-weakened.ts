import type { Weakened } from '@murmuration/rounds/task/settings-manager';
import type { Finding } from './finding.ts';

/** Returns the finding for settings that protect the devices of a task less than its definition does. */
export function protectionWeakened({ task, weaknesses, since, by }: Weakened): Finding {
  const all = weaknesses.map(
    ({ field, from, to, means }) => `${field} is ${String(to)} instead of ${String(from)}, so that ${means}`,
  );
  return {
    key: `protection-weakened:${task}`,
    rule: 'protection-weakened',
    severity: 'critical',
    task,
    summary: `Devices of ${task} are protected less than its definition says, since a change by ${by}: ${all.join('; ')}.`,
    advice:
      'See in the audit log who changed what, and set the values of the definition again; a protection that is meant to be weaker belongs into the definition, under a higher planVersion.',
    page: `/#/settings/task/${task}`,
    since,
  };
}
