import { count, counted } from '../format/format.ts';

export const words = {
  cancel: 'Cancel',
  pager: {
    label: 'Pages of this list',
    newer: 'Newer',
    older: 'Older',
    page: (page: number) => `Page ${count(page)}`,
  },
  span: 'Of the last',
  spans: (hours: number) => (hours <= 24 ? '24 hours' : counted(hours / 24, 'day')),
};
