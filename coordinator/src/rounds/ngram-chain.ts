import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CountedNgram, keyOf } from '@murmuration/protocol/ngrams/counted-ngrams';
import { writeIdList } from '@murmuration/protocol/ngrams/id-list';
import { decodeNgrams, encodeNgrams, type Ngram } from '@murmuration/protocol/ngrams/ngram-file';
import { candidatesOf, sketchNumbers } from '@murmuration/protocol/ngrams/ngram-sketch';
import { type FoundNgrams, type NgramSketch, readNgrams } from '@murmuration/protocol/queries/found-ngrams';
import { readNumbers } from '@murmuration/protocol/queries/found-numbers';
import { mostNgrams } from '@murmuration/protocol/queries/ngram-answer';
import type { NgramStep, NgramsQuery, Query } from '@murmuration/protocol/queries/query';
import type { Clock } from '@murmuration/protocol/time/clock';
import { type QueryResult, type QueryResultStore, resultsKept } from '../registry/query-results.ts';
import type { Task } from '../task/task.ts';

/** Bytes of a list, at most: a plan has room for as many, and for the rest of the query. */
const mostListBytes = 40_000;
/** Ends of candidates that are looked through in one turn. */
const perTurn = 256;

/** What is read of a result. */
type Said = Pick<QueryResult, 'query' | 'figures' | 'startedAt'>;

/**
 * What is asked next, after the newest results of a query for n-grams, the newest one first; undefined where nothing is: the chain is over, a
 * round of it failed, or the query has changed since. Where a vocabulary `grows`, it may have more classes now: the chain goes on with the words
 * that it began with. Of more n-grams than a plan or answers of a cohort have room for, the most frequent are asked.
 */
export async function nextNgramStep(
  query: NgramsQuery,
  [last, before]: readonly Said[],
  largestCohort: number,
  grows = false,
): Promise<NgramStep | undefined> {
  if (!last || !isOf(query, last.query, grows)) return undefined;
  const { figures } = last;
  const most = mostNgrams(query, largestCohort);
  if (figures?.kind === 'ngrams') {
    const { length } = figures;
    if (length > query.sketches.length || figures.found === 0) return undefined;
    const found = readNgrams(figures, query);
    return { length: length + 1, asks: 'sketch', ngrams: fitting(found, most) };
  }
  if (figures?.kind !== 'ngram-sketch' || !before || !isOf(query, before.query, grows)) return undefined;
  if (before.figures?.kind !== 'ngrams' || before.figures.length !== figures.length - 1) return undefined;
  const candidates = await candidatesIn(figures, before.figures, query);
  if (candidates.length === 0) return undefined;
  return { length: figures.length, asks: 'list', ngrams: fitting(candidates, most) };
}

/** Whether results are of a query as it is now, or, where its vocabulary `grows`, as it was with fewer classes: those that it had are the same. */
function isOf(query: NgramsQuery, asked: Query, grows: boolean): asked is NgramsQuery {
  const shape = ({ kind, threshold, firstClass, values, sketches }: NgramsQuery) =>
    JSON.stringify([kind, threshold, firstClass, values, sketches]);
  if (asked.kind !== 'ngrams' || shape(asked) !== shape(query)) return false;
  return asked.classes === query.classes || (grows && asked.classes < query.classes);
}

/** What a sketch may have had, with on how many devices at most. */
async function candidatesIn(
  sketch: NgramSketch,
  shorter: FoundNgrams,
  query: NgramsQuery,
): Promise<CountedNgram[]> {
  const { classes, firstClass, sketches } = query;
  const form = sketches[sketch.length - 2]!;
  const found = readNumbers(sketch);
  const known = new Map(readNgrams(shorter, query).map(ngram => [keyOf(ngram.ids), ngram]));
  const others = Array.from({ length: firstClass }, (_, id) => id);
  const alphabet = { classes, firstClass, others };
  const ends = [...known.values()];
  const candidates: CountedNgram[] = [];
  for (let at = 0; at < ends.length; at += perTurn) {
    for (const ids of candidatesOf(sketch.length, alphabet, known, found, form, ends.slice(at, at + perTurn)))
      candidates.push({ ids, count: Math.min(...sketchNumbers(ids, form).map(each => found.get(each)!)) });
    await nextTurn();
  }
  return candidates;
}

/** The bytes of a list of the most frequent ones, as many as there is room for. */
function fitting(ngrams: readonly CountedNgram[], most: number): Uint8Array {
  const sorted = ngrams.toSorted((a, b) => b.count - a.count);
  for (let count = Math.min(most, ngrams.length); ; count = Math.floor(0.9 * count)) {
    const bytes = writeIdList(sorted.slice(0, count).map(({ ids }) => ids));
    if (bytes.length <= mostListBytes) return bytes;
  }
}

/** N-grams that devices have in common. */
export interface CountedNgrams {
  readonly file: Uint8Array;
  /** How many, by length from 1. */
  readonly counts: readonly number[];
}

/**
 * What the newest chain of a query for n-grams has found that is over: it has counted the longest, or nothing longer can be found, or another one
 * has begun since, or its period is over. What was found of fewer words counts where the task names a vocabulary, which has grown since. null where
 * there is none, or nothing was found.
 */
export async function countedNgrams(
  { name, queries, vocabulary }: Pick<Task, 'name' | 'queries'> & Partial<Pick<Task, 'vocabulary'>>,
  asked: string,
  results: Pick<QueryResultStore, 'results'>,
  now: number,
): Promise<CountedNgrams | null> {
  const query = queries.find(each => each.query.name === asked)?.query;
  if (query?.kind !== 'ngrams') return null;
  const all = await results.results(name, asked, Number.POSITIVE_INFINITY, resultsKept);
  const grows = !!vocabulary;
  let isNewest = true;
  let chain: FoundNgrams[] = [];
  let at = Number.NEGATIVE_INFINITY;
  for (const { query: was, figures, startedAt } of all) {
    if (!isOf(query, was, grows)) return null;
    if (figures === null) isNewest = false;
    at = Math.max(at, startedAt);
    if (figures?.kind !== 'ngrams') continue;
    chain.unshift(figures);
    if (figures.length > 1) continue;
    const isOver = !isNewest || now >= at + query.period || (await hasEnded(query, all, grows));
    if (isOver && figures.found > 0) return fileOf(chain, query);
    isNewest = false;
    chain = [];
  }
  return null;
}

/** Whether the newest round of a query ended its chain: nothing is to be asked after it, and it has not failed. */
async function hasEnded(query: NgramsQuery, newestFirst: readonly Said[], grows: boolean): Promise<boolean> {
  if (newestFirst[0]!.figures === null) return false;
  return (await nextNgramStep(query, newestFirst, Number.POSITIVE_INFINITY, grows)) === undefined;
}

/** The n-grams of a task's next version; null: it has none. */
export type NgramsOf = (task: Task) => Promise<CountedNgrams | null>;

/** Those of the file that a task names itself. */
export const ngramsOfFile: NgramsOf = async ({ serving: { ngrams } }) =>
  ngrams instanceof Uint8Array ? { file: ngrams, counts: countsIn(ngrams) } : null;

/** Those, and what devices have said where a task names a query for them. */
export function ngramsFrom(results: Pick<QueryResultStore, 'results'>, clock: Clock): NgramsOf {
  return async task => {
    const { ngrams } = task.serving;
    return typeof ngrams === 'string'
      ? countedNgrams(task, ngrams, results, clock.now())
      : ngramsOfFile(task);
  };
}

/** The n-grams of a file that were counted, by length. */
function countsIn(file: Uint8Array): number[] {
  const { order, roots, counts, children } = decodeNgrams(file);
  const found: number[] = [];
  for (let depth = 1, from = 0, end = roots; depth <= order; depth++) {
    found.push(counts.subarray(from, end).reduce((all, count) => all + (count > 0 ? 1 : 0), 0));
    if (depth < order) [from, end] = [children[from]!, children[end]!];
  }
  return found;
}

function fileOf(chain: readonly FoundNgrams[], query: NgramsQuery): CountedNgrams {
  const found = chain.map(each => readNgrams(each, query));
  const { classes, firstClass, threshold } = query;
  const ngrams: Ngram[] = found.flat();
  return {
    file: encodeNgrams(ngrams, { classes, firstClass, threshold }),
    counts: found.map(({ length }) => length),
  };
}
