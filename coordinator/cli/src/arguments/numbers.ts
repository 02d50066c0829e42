import { InvalidArgumentError } from 'commander';

/** Parses an option that is a whole number, at least 1. Throws commander's error for anything else. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 1 up.');
  return Number(text);
}
