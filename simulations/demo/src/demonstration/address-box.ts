import type { WriteStream } from 'node:tty';
import pc from 'picocolors';

/** A place that a person can open: what it is for, and where it is. */
export interface Address {
  readonly name: string;
  readonly url: string;
}

/** Addresses in a box, one a line; in colour where `isColourful`. An address too long for the terminal's width is left whole: it is to be opened. */
export function addressBox(addresses: readonly Address[], isColourful: boolean): string {
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

/** Whether what is written there may have colours: people watch, and have not asked for none. */
export function isColourful(out: Pick<WriteStream, 'isTTY'>, environment: NodeJS.ProcessEnv): boolean {
  return out.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
}
