import type { AuditEntryMessage } from '@murmuration/api/audit';
import { count, counted, moment } from '../format/format.ts';

export const words = {
  cancel: 'Cancel',
  wrong: (fields: number) =>
    fields === 1 ? 'One field needs fixing.' : `${count(fields)} fields need fixing.`,
  export: 'Export CSV',
  exportOf: (chart: string) => `Export CSV: ${chart}`,
  nothing: 'Nothing during this time.',
  changes: 'changes',
  mark: (at: string, task: string, what: string, by: string) =>
    `${moment(at)}, ${task && `${task}, `}${what} (${by})`,
  settings: (changes: NonNullable<AuditEntryMessage['changes']>) =>
    `settings: ${changes.map(({ field, from, to }) => `${field} ${JSON.stringify(from)} → ${JSON.stringify(to)}`).join(', ')}`,
  served: (version: unknown) =>
    version === 'latest' ? 'devices follow the newest version' : `version ${version} served`,
  rolledBack: (version: unknown) => `rolled back to version ${version}`,
  exported: (rows: number, isWhole: boolean) =>
    `${counted(rows, 'row')} exported${isWhole ? '' : '. The list is longer; filter it to export the rest'}.`,
  notExported: 'The list couldn’t be exported. Try again.',
  pager: {
    label: 'Pages of this list',
    newer: 'Newer',
    older: 'Older',
    page: (page: number) => `Page ${count(page)}`,
  },
  span: 'Show',
  spans: (hours: number) =>
    hours === 0
      ? 'All the time'
      : hours < 24
        ? `Last ${counted(hours, 'hour')}`
        : hours === 24
          ? 'Last 24 hours'
          : `Last ${counted(hours / 24, 'day')}`,
};
