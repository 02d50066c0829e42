import type { Unreadable } from '@murmuration/rounds/promotion/readability';
import type { Finding } from './finding.ts';

/**
 * Returns the finding for a version in use that can't be read, since `now` at the latest, in ms since 1970.
 */
export function versionUnreadable({ task, number, use, reason }: Unreadable, now: number): Finding {
  const means =
    use === 'base' ? 'no round of it begins' : 'devices can not get the model that they are to serve';
  return {
    key: `version-unreadable:${task}:${use}:${number}`,
    rule: 'version-unreadable',
    severity: 'critical',
    task,
    summary: `Version ${number} of ${task} can't be read, so that ${means}: ${reason}`,
    advice: `Put the file of a backup in its place, or set the task to an older version: murmuration models rollback ${task}@NUMBER.`,
    page: `/#/model/versions/${task}/${number}`,
    since: now,
  };
}
