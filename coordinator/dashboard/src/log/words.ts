import type { LogLineLevel } from '@murmuration/api/log';
import { counted } from '../format/format.ts';

export const words = {
  hint: 'What the coordinator has logged since it started, newest first. Secrets are removed. Only the newest lines are kept; use the log itself to keep all.',
  filters: 'Filter lines',
  level: 'Show',
  levels: {
    info: 'everything',
    warn: 'warnings and errors',
    error: 'errors only',
  } satisfies Record<LogLineLevel, string>,
  names: { info: 'Info', warn: 'Warning', error: 'Error' } satisfies Record<LogLineLevel, string>,
  search: 'Containing',
  searchHint: 'text or id',
  pause: 'Pause',
  resume: 'Continue',
  paused: (fresh: number) =>
    `Paused. ${fresh === 0 ? 'No new line' : counted(fresh, 'new line')} since then.`,
  lines: 'Lines of the log',
  none: 'Nothing has been logged yet.',
  noneFit: 'No lines match. Change the filter.',
  more: 'Show more',
};
