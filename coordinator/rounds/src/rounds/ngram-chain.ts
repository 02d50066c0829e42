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

/** What a file has room for. */
const mostCount = 2 ** 32 - 1;
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

/** N-grams of a file that chains add up to, at most: with all that only precedes others it has room for them. */
const mostInFile = 131_072;

/**
 * What the chains of a query for n-grams have found that are over, added up, since a device says each text in one of them (QY18): those that have counted
 * the longest, or after which nothing longer can be found, or another one has begun, or whose period is over. What was found of fewer words counts where the
 * task names a vocabulary, which has grown since. Of chains from before devices kept that record only the newest counts. Of more n-grams than a file has
 * room for, the most frequent. null where nothing was found.
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

/** Those, and what devices have said where a task names a query for them, which are added up once for all versions that have the same. */
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
