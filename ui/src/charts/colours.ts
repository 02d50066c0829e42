/** Colour tokens of charts; a canvas can't resolve CSS variables. */
export type Colour = 'shared' | 'yours' | 'both' | 'good' | 'faint' | 'muted';

/** Value of a token in the current theme. */
export function colourOf(name: Colour | 'line' | 'ink' | 'card'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
