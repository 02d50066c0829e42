import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { MutantResult, Mutant as StrykerMutant } from '@stryker-mutator/api/core';
import { Instrumenter } from '@stryker-mutator/instrumenter';

/** One change to a source that tests should find. */
export interface Mutant {
  /** From the root of the project. */
  readonly file: string;
  /** What changes it, such as `EqualityOperator`. */
  readonly mutator: string;
  readonly replacement: string;
  /** What is replaced: lines and columns from 0, the end excluded. */
  readonly location: Range;
}

interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A line and a column, both from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What no other mutant has. */
export const keyOf = ({ file, mutator, replacement, location: { start, end } }: Mutant): string =>
  JSON.stringify([file, mutator, replacement, start.line, start.column, end.line, end.column]);

export function mutantOfKey(key: string): Mutant {
  const [file, mutator, replacement, line, column, lastLine, end] = JSON.parse(key);
  return {
    file,
    mutator,
    replacement,
    location: { start: { line, column }, end: { line: lastLine, column: end } },
  };
}

/** All mutants of these files, as Stryker makes them. */
export async function mutantsOf(root: string, files: readonly string[]): Promise<Mutant[]> {
  const silent = () => {};
  const logger = { isDebugEnabled: () => false, debug: silent, info: silent, warn: silent, error: silent };
  const { mutants } = await new Instrumenter(logger as never).instrument(
    files.map(name => ({ name, content: readFileSync(join(root, name), 'utf8'), mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  return mutants.filter(({ status }) => status === undefined).map(found => mutantOf('', found));
}

/** A mutant as Stryker names it, whose files are in `root`. */
export const mutantOf = (
  root: string,
  { fileName, mutatorName, replacement, location }: StrykerMutant,
): Mutant => ({
  file: root === '' ? fileName : relative(root, fileName).replaceAll('\\', '/'),
  mutator: mutatorName,
  replacement,
  location,
});

/** A mutant as Stryker names it in a result, where lines and columns begin with 1. */
export const mutantOfResult = (root: string, result: MutantResult): Mutant =>
  mutantOf(root, {
    ...(result as StrykerMutant),
    location: { start: fromZero(result.location.start), end: fromZero(result.location.end) },
  });

const fromZero = ({ line, column }: Position): Position => ({ line: line - 1, column: column - 1 });

/** A source with its mutant. */
export function withMutant(text: string, { mutator, replacement, location: { start, end } }: Mutant): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const from = starts[start.line]! + start.column;
  const to = starts[end.line]! + end.column;
  // What stood as a whole in a larger expression does so still.
  const whole = mutator.endsWith('Operator') ? `(${replacement})` : replacement;
  return text.slice(0, from) + whole + text.slice(to);
}
