import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TaskName } from '@murmuration/protocol/ids/ids';
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

/** Largest count that a file can hold. */
const mostCount = 2 ** 32 - 1;
/** Most bytes of a list: a plan has room for as many, and for the rest of the query. */
const mostListBytes = 40_000;
/** Ends of candidates that are searched in one turn. */
const perTurn = 256;

/** Fields that are read of a result. */
type Said = Pick<QueryResult, 'query' | 'figures' | 'startedAt'>;

/**
 * Returns the next step after the newest results of a query for n-grams, newest first; undefined if the chain
 * is over, a round of it failed, or the query has changed since. If a vocabulary `grows`, it may have more
 * classes now: the chain goes on with the words that it began with. If there are more n-grams than fit into a
 * plan or the answers of a cohort, the most frequent are asked.
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

/**
 * True if results are of the query as it is now, or, if its vocabulary `grows`, with fewer classes: those
 * that it had are the same.
 */
function isOf(query: NgramsQuery, asked: Query, grows: boolean): asked is NgramsQuery {
  const shape = ({ kind, threshold, firstClass, values, sketches }: NgramsQuery) =>
    JSON.stringify([kind, threshold, firstClass, values, sketches]);
  if (asked.kind !== 'ngrams' || shape(asked) !== shape(query)) return false;
  return asked.classes === query.classes || (grows && asked.classes < query.classes);
}

/**
 * Returns the candidates that a sketch may have contained, each with the largest number of devices that it
 * may have.
 */
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

/** Returns the bytes of a list of the most frequent n-grams, as many as fit. */
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
  /** Number of n-grams, by length from 1. */
  readonly counts: readonly number[];
}

/** Most n-grams in a file made of chains: with their prefixes it has room for all of them. */
const mostInFile = 131_072;

/**
 * Adds up what finished chains of a query for n-grams have found, since a device says each text in one of
 * them (QY18). A chain is finished if it has counted the longest n-grams, can find no longer ones, was
 * followed by another, or if its period is over. Findings of fewer words count if the task names a
 * vocabulary, which has grown since. Of chains from before devices kept that record only the newest counts.
 * If there are more n-grams than a file holds, takes the most frequent. null if nothing was found.
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
  const sums = new Map<string, Ngram>();
  let hasOld = false;
  let isNewest = true;
  let chain: FoundNgrams[] = [];
  let at = Number.NEGATIVE_INFINITY;
  for (const { query: was, figures, startedAt } of all) {
    if (!isOf(query, was, grows)) break;
    if (figures === null) isNewest = false;
    at = Math.max(at, startedAt);
    if (figures?.kind !== 'ngrams') continue;
    chain.unshift(figures);
    if (figures.length > 1) continue;
    const isOld = was.heavyFrom === undefined;
    if (isOld && hasOld) break;
    if (!isNewest || now >= at + query.period || (await hasEnded(query, all, grows))) {
      for (const each of chain) addUp(sums, readNgrams(each, query));
      hasOld ||= isOld && figures.found > 0;
      await nextTurn();
    }
    isNewest = false;
    chain = [];
  }
  return sums.size > 0 ? fileOf([...sums.values()], query) : null;
}

function addUp(sums: Map<string, Ngram>, found: readonly Ngram[]): void {
  for (const { ids, count } of found) {
    const key = keyOf(ids);
    sums.set(key, { ids, count: Math.min(mostCount, count + (sums.get(key)?.count ?? 0)) });
  }
}

/**
 * True if the newest round of a query ended its chain: there is nothing more to ask, and it has not failed.
 */
async function hasEnded(query: NgramsQuery, newestFirst: readonly Said[], grows: boolean): Promise<boolean> {
  if (newestFirst[0]!.figures === null) return false;
  return (await nextNgramStep(query, newestFirst, Number.POSITIVE_INFINITY, grows)) === undefined;
}

/** Function that returns the n-grams of a task's next version; null if it has none. */
export type NgramsOf = (task: Task) => Promise<CountedNgrams | null>;

/** Returns the n-grams of the file that a task names. */
export const ngramsOfFile: NgramsOf = async ({ serving: { ngrams } }) =>
  ngrams instanceof Uint8Array ? { file: ngrams, counts: countsIn(ngrams) } : null;

/**
 * Returns the n-grams of the task's file or, if the task names a query for them, those that devices have
 * said. These are added up once for all versions that have the same.
 */
export function ngramsFrom(results: Pick<QueryResultStore, 'results'>, clock: Clock): NgramsOf {
  const known = new Map<TaskName, { readonly of: string; readonly counted: CountedNgrams | null }>();
  return async task => {
    const { ngrams } = task.serving;
    if (typeof ngrams !== 'string') return ngramsOfFile(task);
    const now = clock.now();
    const [newest] = await results.results(task.name, ngrams, Number.POSITIVE_INFINITY, 1);
    const query = task.queries.find(each => each.query.name === ngrams)?.query;
    if (!newest || !query) return null;
    const of = JSON.stringify([newest.round, now >= newest.startedAt + query.period, query]);
    const before = known.get(task.name);
    if (before?.of === of) return before.counted;
    const counted = await countedNgrams(task, ngrams, results, now);
    known.set(task.name, { of, counted });
    return counted;
  };
}

/** Returns the numbers of counted n-grams in a file, by length. */
function countsIn(file: Uint8Array): number[] {
  const { order, roots, counts, children } = decodeNgrams(file);
  const found: number[] = [];
  for (let depth = 1, from = 0, end = roots; depth <= order; depth++) {
    found.push(counts.subarray(from, end).reduce((all, count) => all + (count > 0 ? 1 : 0), 0));
    if (depth < order) [from, end] = [children[from]!, children[end]!];
  }
  return found;
}

function fileOf(found: readonly Ngram[], query: NgramsQuery): CountedNgrams {
  const { classes, firstClass, threshold } = query;
  const ngrams = found.toSorted((a, b) => b.count - a.count).slice(0, mostInFile);
  const lengths = ngrams.map(({ ids }) => ids.length);
  return {
    file: encodeNgrams(ngrams, { classes, firstClass, threshold }),
    counts: Array.from(
      { length: Math.max(...new Set(lengths)) },
      (_, i) => lengths.filter(length => length === i + 1).length,
    ),
  };
}
