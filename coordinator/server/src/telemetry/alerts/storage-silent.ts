import type { Finding } from './finding.ts';
import { inWords } from './in-words.ts';

/** Returns a finding if the storage can't be written, since `since`, in ms since 1970. */
export function storageSilent(since: number | null, now: number): Finding | null {
  if (since === null) return null;
  return {
    key: 'storage-silent',
    rule: 'storage-silent',
    severity: 'critical',
    task: null,
    summary: `The storage has taken nothing for ${inWords(now - since)}: what devices send is not acknowledged, and rounds wait.`,
    advice:
      'See what the database or the disk of the storage does: whether it runs, has room, and may be written; everything goes on by itself once it answers.',
    page: '/#/overview',
    since,
  };
}
