import type { WriteStream } from 'node:tty';
import pc from 'picocolors';

/** Address that a person can open, and its purpose. */
export interface NamedAddress {
  readonly name: string;
  readonly url: string;
}

/**
 * Draws addresses in a box, one a line; in colour if `isColourful`. An address too long for the terminal's
 * width stays whole, so that it can be opened.
 */
export function addressBox(addresses: readonly NamedAddress[], isColourful: boolean): string {
  const colours = pc.createColors(isColourful);
  const names = Math.max(...addresses.map(({ name }) => name.length));
  const width = Math.max(...addresses.map(({ url }) => names + 2 + url.length));
  const border = (left: string, right: string) => colours.cyan(`${left}${'─'.repeat(width + 2)}${right}`);
  const lines = addresses.map(({ name, url }) => {
    const rest = ' '.repeat(width - names - 2 - url.length);
    const side = colours.cyan('│');
    return `${side} ${colours.bold(name.padEnd(names))}  ${colours.underline(url)}${rest} ${side}`;
  });
  return [border('╭', '╮'), ...lines, border('╰', '╯')].join('\n');
}

/** True if output may have colours: a person watches, and has not asked for none. */
export function isColourful(out: Pick<WriteStream, 'isTTY'>, environment: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}
