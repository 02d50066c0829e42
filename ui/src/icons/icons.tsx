import type { JSX } from 'preact';

/**
 * Creates a line drawing of 24 × 24 in the colour of the text, hidden from screen readers: its button has the
 * label.
 */
export function icon(path: string): () => JSX.Element {
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
/** Project's mark: a rising flock, one bird in another colour. */
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
