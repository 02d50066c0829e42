import { icon } from '@murmuration/ui/icons/icons';

export const LeaveIcon = icon('M14 4H6v16h8M10 12h10M16.5 8.5 20 12l-3.5 3.5');
export const FindIcon = icon('M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20 20');
/** Icons of the places. */
export const icons = {
  overview: icon('M3 12h4l2.5-6 5 12 2.5-6h4'),
  model: icon('M4 19V5M4 19h16M7.5 15l4-5 3 2.5L20 6'),
  fleet: icon('M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2'),
  settings: icon(
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  ),
} as const;
