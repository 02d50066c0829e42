import { count, counted } from '../format/format.ts';

export const words = {
  cancel: 'Cancel',
  export: 'Export CSV',
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
