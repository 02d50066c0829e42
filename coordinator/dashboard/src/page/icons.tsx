import type { JSX } from 'preact';

/** A line drawing of 24 × 24 in the colour of the text; what it says is said by its button. */
function icon(path: string): () => JSX.Element {
  return () => (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}

export const SunIcon = icon(
  'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7',
);
export const MoonIcon = icon('M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z');
export const CloseIcon = icon('M6 6l12 12M18 6 6 18');
export const LeaveIcon = icon('M14 4H6v16h8M10 12h10M16.5 8.5 20 12l-3.5 3.5');
export const icons = {
  now: icon('M3 12h4l2.5-6 5 12 2.5-6h4'),
  model: icon('M4 19V5M4 19h16M7.5 15l4-5 3 2.5L20 6'),
  rounds: icon('M12 4a8 8 0 1 0 8 8M20 4v5h-5M12 8v4l3 2'),
  devices: icon('M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1M11 18h2'),
  privacy: icon('M12 3 5 6v5c0 5 3 8.5 7 10 4-1.5 7-5 7-10V6zM9 12l2 2 4-4'),
  security: icon('M5 4h14v16H5zM8.5 8.5h7M8.5 12h7M8.5 15.5h4'),
  settings: icon(
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  ),
  access: icon('M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8M11 12l8-8M16 7l3 3M13.5 9.5l2 2'),
} as const;

/** The project's mark: a flock on its way up, one of it in another colour. */
const flock = [
  [4.5, 22.5, 1.5],
  [8, 19.6, 2],
  [12, 18.6, 2.5],
  [16.4, 19.2, 2.9],
  [20.8, 18, 3.1],
  [24.3, 14.8, 2.9],
  [25.8, 10.4, 2.4],
  [16.2, 13.6, 1.7],
  [20.4, 12.2, 1.6],
  [12.4, 23.6, 1.4],
  [17.4, 24.6, 1.6],
  [22.6, 23, 1.3],
] as const;

export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      {flock.map(([x, y, r]) => (
        <circle key={x} cx={x} cy={y} r={r} />
      ))}
      <circle class="own" cx="26" cy="5.4" r="2.2" />
    </svg>
  );
}
