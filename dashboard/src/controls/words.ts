import { count, counted } from '../format/format.ts';

export const words = {
  cancel: 'Cancel',
  pager: {
    label: 'Pages of this list',
    newer: 'Newer',
    older: 'Older',
    page: (page: number) => `Page ${count(page)}`,
  },
  span: 'Show',
  spans: (hours: number) =>
    hours < 24
      ? `Last ${counted(hours, 'hour')}`
      : hours === 24
        ? 'Last 24 hours'
        : `Last ${counted(hours / 24, 'day')}`,
};
