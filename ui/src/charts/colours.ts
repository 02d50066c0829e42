/** Tokens that charts draw with; canvas can't read them by itself. */
export type Colour = 'shared' | 'yours' | 'both' | 'good' | 'faint' | 'muted';

/** The value of a token in the theme that is shown. */
export function colourOf(name: Colour | 'line' | 'ink' | 'card'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
