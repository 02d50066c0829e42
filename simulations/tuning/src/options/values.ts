import { InvalidArgumentError, Option } from 'commander';

/** Makes an option that takes one of `values`; the first is the default. */
export function choice(flags: string, description: string, values: readonly [string, ...string[]]): Option {
  return new Option(flags, description).choices(values).default(values[0]);
}

/** Makes a reader of numbers from `least` to `most`; other input ends the program with one sentence. */
export function ratio(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most))
      throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
    return value;
  };
}

/** Makes a reader of integers from `least` to `most`; other input ends the program with one sentence. */
export function whole(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
    return value;
  };
}

/** Reads the name of a folder; the address of a database ends the program with one sentence. */
export function folder(text: string): string {
  if (/^\w+:\/\//.test(text))
    throw new InvalidArgumentError('Give a folder; murmuration serve takes databases too.');
  return text;
}
