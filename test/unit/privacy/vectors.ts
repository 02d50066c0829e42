import { readFileSync } from 'node:fs';

/** A case of `test/vectors/privacy.json` that was published as a test or by running code. */
export interface PublishedCase {
  readonly id: string;
  readonly area: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

interface Vectors {
  readonly mechanisms: readonly ({ readonly id: string } & Readonly<Record<string, unknown>>)[];
  readonly published: readonly PublishedCase[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../../vectors/privacy.json', import.meta.url), 'utf8'),
);

/** The case of that id; what it holds is the caller's to know. */
export function mechanismCase<Case>(id: string): Case {
  const found = vectors.mechanisms.find(each => each.id === id);
  if (!found) throw new Error(`No case ${id}.`);
  return found as unknown as Case;
}

/** The inputs and what is expected of one published case. */
export function publishedCase<Inputs, Expected>(id: string): { inputs: Inputs; expected: Expected } {
  const found = vectors.published.find(each => each.id === id);
  if (!found) throw new Error(`No case ${id}.`);
  return { inputs: found.inputs as Inputs, expected: found.expected as Expected };
}

/** All published cases of an area. */
export const publishedCases = (area: string): readonly PublishedCase[] =>
  vectors.published.filter(each => each.area === area);

/** |actual / expected − 1|. */
export const relativeError = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.abs(expected);
