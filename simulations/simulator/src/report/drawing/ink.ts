/** Colours and fonts of the page for drawing on a canvas; they follow the reader's colour scheme. */
export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly published: string;
  readonly better: string;
  readonly worse: string;
  colour(number: number): string;
  font(pixels: number): string;
}

export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('ink'),
    muted: token('muted'),
    line: token('line'),
    ground: token('card'),
    published: token('published'),
    better: token('better'),
    worse: token('worse'),
    colour: number => token(`c${number}`),
    font: pixels => `${pixels}px ${style.fontFamily}`,
  };
}
