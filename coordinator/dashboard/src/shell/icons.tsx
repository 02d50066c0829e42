import { icon } from '@murmuration/ui/icons/icons';

export const LeaveIcon = icon('M14 4H6v16h8M10 12h10M16.5 8.5 20 12l-3.5 3.5');
/** Icons of the pages. */
export const icons = {
  now: icon('M3 12h4l2.5-6 5 12 2.5-6h4'),
  model: icon('M4 19V5M4 19h16M7.5 15l4-5 3 2.5L20 6'),
  rounds: icon('M12 4a8 8 0 1 0 8 8M20 4v5h-5M12 8v4l3 2'),
  training: icon('M4 17l5-5 4 3 7-8M15 7h5v5M4 21h16'),
  devices: icon('M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2'),
  serving: icon('M4 5h16v5H4zM4 14h16v5H4zM7.5 7.5h.01M7.5 16.5h.01M11 7.5h5M11 16.5h5'),
  monitor: icon('M4 19h16M6.5 16V9M11 16V5M15.5 16v-4M20 16V8'),
  experiments: icon('M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M7.5 14.5h9'),
  queries: icon('M4 5h16v11h-9l-4 4v-4H4zM9 13v-2M12 13V8M15 13v-3'),
  privacy: icon('M12 3 5 6v5c0 5 3 8.5 7 10 4-1.5 7-5 7-10V6zM9 12l2 2 4-4'),
  security: icon('M5 4h14v16H5zM8.5 8.5h7M8.5 12h7M8.5 15.5h4'),
  log: icon('M4 6h16M4 10.5h10M4 15h13M4 19.5h7'),
  settings: icon(
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  ),
  access: icon('M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l8-8M16 7l3 3M13.5 9.5l2 2'),
} as const;
