import { lengthNames } from '@murmuration/demo-keyboard-app/task/phrases';
import { PromiseQueue } from '@murmuration/protocol/concurrency/promise-queue';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundId } from '@murmuration/protocol/ids/ids';
import type { NgramStep, NgramsQuery } from '@murmuration/protocol/queries/query';
import { queryOf } from '@murmuration/protocol/queries/query-bytes';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { QueryResult, QueryResultStore } from '@murmuration/rounds/registry/query-results';
import type { RoundRecord } from '@murmuration/rounds/round/record';
import type { SeenState } from '@murmuration/rounds/round/round';
import {
  asksItself,
  type FurtherRound,
  furtherRound,
  mostAttempts,
  resultsRead,
} from '@murmuration/rounds/rounds/further-round';
import { countedNgrams } from '@murmuration/rounds/rounds/ngram-chain';
import { cohortSizeOf, type Task } from '@murmuration/rounds/task/task';
import type { Display } from '../demonstration/display.ts';
import type { StartOptions } from '../demonstration/start-options.ts';
import type { Host } from '../visitors/host.ts';

/** Reason why phones are not asked for their n-grams; undefined if they are. */
export function whyUnasked({ masking, lose, cohort }: Pick<StartOptions, 'masking' | 'lose' | 'cohort'>) {
  if (masking === 'off') return 'answers need masks, and --masking is off';
  if (lose > 0) return 'with --lose some would fall silent in the middle of it';
  if (cohort < 3) return 'a cohort has too few phones for it';
  return undefined;
}

/** State of asking. `nothing`: the asked phones have nothing in common. */
export type NgramState = 'unasked' | 'asking' | 'found' | 'nothing' | 'failed';

export interface NgramAsking {
  readonly task: Task;
  readonly query: NgramsQuery;
  readonly ask: (query: string) => Promise<void>;
  readonly results: Pick<QueryResultStore, 'results'>;
  readonly events: Pick<CoordinatorEvents, 'on'>;
  readonly host: Pick<Host, 'asksAll'>;
  readonly display: Pick<Display, 'announce'>;
  /** Called when phones are no longer asked. */
  readonly settled: () => void;
  /** True if the whole run ends with the round that is just over. */
  readonly isOver: () => boolean;
  /** True if a later start continues with what this one has found. */
  readonly isKept: boolean;
}

/**
 * State, number of n-grams found for each length from 1, and, after a failure, its reason with the time at
 * which phones are asked again.
 */
export interface NgramStanding {
  readonly state: NgramState;
  readonly counts: readonly number[];
  readonly failure: string | null;
}

/**
 * Asks phones for the n-grams that they have in common, once the first round of training is over, so that
 * training does not wait for it; displays what happens. A chain that an earlier start had begun continues on
 * its own.
 */
export class AskedNgrams {
  readonly #asking: NgramAsking;
  readonly #queue = new PromiseQueue();
  #state: NgramState = 'unasked';
  /** Number of n-grams found so far, by length from 1. */
  #counts: number[] = [];
  #failure: string | null = null;
  /** Times that the first round has failed in this start. */
  #failedFirst = 0;
  /** Newest round of the query: its id, and what it asks for. */
  #round: { readonly id: RoundId; readonly label: string } | undefined;

  constructor(asking: NgramAsking) {
    this.#asking = asking;
    const { task, events } = asking;
    events.on('round', state => {
      if (state.terms.plan.task === task.name && state.terms.plan.query) this.#hear(state);
    });
    events.on('round-ended', record => {
      if (record.task === task.name) void this.#queue.run(() => this.#ended(record));
    });
  }

  /**
   * Reads what an earlier start has found, at `now`, ms since 1970: phones are not asked again, unless a
   * round of it has failed, or their vocabulary has grown since.
   */
  async open(now: number): Promise<void> {
    const { task, query, results, display } = this.#asking;
    const last = await this.#last();
    const [newest] = last;
    const known = await countedNgrams(task, query.name, results, now);
    const asked = newest?.query;
    if (!known || !newest?.figures || asked?.kind !== 'ngrams' || asked.classes < query.classes) return;
    // An unfinished chain: rounds of an earlier start have failed, and those after them are still to come.
    const further = await this.#furtherAfter(last);
    if (further && now < further.until) return;
    this.#state = 'found';
    this.#counts = [...known.counts];
    display.announce(words.kept(this.#counts));
  }

  /** State of asking, once all rounds that are over have been handled. */
  async standing(): Promise<NgramStanding> {
    await this.#queue.idle();
    return { state: this.#state, counts: this.#counts, failure: this.#failure };
  }

  /** True if phones are being asked, or will be after the round under way. */
  get isOpen(): boolean {
    return this.#state === 'asking' || (this.#state === 'unasked' && !this.#asking.isOver());
  }

  /** Purpose of a round in a few words; undefined for one of training. */
  labelOf({ round }: Pick<RoundRecord, 'round'>): string | undefined {
    return this.#round?.id === round ? this.#round.label : undefined;
  }

  #hear({ terms: { id, plan } }: SeenState): void {
    const { query } = this.#asking;
    if (this.#round?.id === id) return;
    const asked = queryOf(plan);
    if (asked?.name !== query.name || asked.kind !== 'ngrams') return;
    this.#round = { id, label: labelOf(query, asked.step) };
    if (this.#state === 'asking') return;
    const goesOn = asked.step !== undefined;
    this.#state = 'asking';
    this.#asking.display.announce(goesOn ? words.goesOn : words.begins(query));
    void this.#asking.host.asksAll(true);
  }

  async #ended(record: RoundRecord): Promise<void> {
    const { query, host, isOver } = this.#asking;
    if (record.query === query.name) return this.#answered();
    if (record.query !== undefined || this.#state !== 'unasked' || isOver()) return;
    await host.asksAll(true);
    await this.#ask();
  }

  async #ask(): Promise<void> {
    const { ask, query } = this.#asking;
    try {
      await ask(query.name);
    } catch (error) {
      // The coordinator stops after the last round, and asks no more.
      if (!(error instanceof MurmurationError) || error.code !== 'server.stopping') throw error;
    }
  }

  async #answered(): Promise<void> {
    const { query, display, host, settled, isKept, isOver } = this.#asking;
    const last = await this.#last();
    const { figures, failure } = last[0]!;
    const further = await this.#furtherAfter(last);
    this.#counts = countsIn(last);
    if (figures && further) return;
    const reason = failure ?? 'The round failed.';
    if (further && asksItself(further)) return display.announce(words.again(reason));
    if (!figures && !further && ++this.#failedFirst < mostAttempts && !isOver()) {
      display.announce(words.again(reason));
      return this.#ask();
    }
    this.#state = stateAfter(figures, this.#counts);
    if (this.#state === 'failed') this.#failure = `${reason} ${words.later(isKept)}`;
    display.announce(
      this.#state === 'found'
        ? words.found(this.#counts)
        : this.#state === 'nothing'
          ? words.nothing(query)
          : words.failed(this.#failure!, this.#counts),
    );
    await host.asksAll(false);
    settled();
  }

  #last(): Promise<readonly QueryResult[]> {
    const { task, query, results } = this.#asking;
    return results.results(task.name, query.name, Number.POSITIVE_INFINITY, resultsRead);
  }

  #furtherAfter(last: readonly QueryResult[]): Promise<FurtherRound | undefined> {
    const { task, query } = this.#asking;
    return furtherRound(query, last, cohortSizeOf(task), task.vocabulary !== null);
  }
}

/** Rounds of a whole chain. */
const roundsOf = ({ sketches }: NgramsQuery) => 2 * sketches.length + 1;

/**
 * Number of n-grams of each length in the newest chain; `results` begin with the newest, and rounds of an
 * earlier start count.
 */
function countsIn(results: readonly QueryResult[]): number[] {
  const counts: number[] = [];
  for (const { figures } of results) {
    if (figures?.kind !== 'ngrams') continue;
    counts.unshift(figures.found);
    if (figures.length === 1) break;
  }
  return counts;
}

function stateAfter(figures: QueryResult['figures'], counts: readonly number[]): NgramState {
  if (figures === null) return 'failed';
  return counts.some(count => count > 0) ? 'found' : 'nothing';
}

/** Describes a round by what it asks for and its number. */
function labelOf(query: NgramsQuery, step: NgramStep | undefined): string {
  const { length, asks } = step ?? { length: 1, asks: 'list' };
  const name = lengthNames[length - 1] ?? `n-grams of ${length}`;
  const number = 2 * length - (asks === 'sketch' ? 2 : 1);
  return `asked for ${name}${asks === 'sketch' ? ', in a sketch' : ''} (${number} of ${roundsOf(query)})`;
}

/** Formats counts by length, such as `1,293 words, 1,733 pairs and 442 triples`. */
export function countsInWords(counts: readonly number[]): string {
  const each = counts.map(
    (count, i) => `${count.toLocaleString('en')} ${lengthNames[i] ?? `n-grams of ${i + 1}`}`,
  );
  return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} and ${each.at(-1)}`;
}

const words = {
  begins: (query: NgramsQuery) =>
    `Phones are asked which words they write and which of them follow one another: ${roundsOf(query)} masked rounds, in which nothing is trained. ` +
    `Only what ${query.threshold} of those asked have in common is shown.`,
  goesOn: 'Phones are asked on for the words that follow one another, where the start before this one ended.',
  found: (counts: readonly number[]) =>
    `They have ${countsInWords(counts)} in common. Each version carries these from now on, and keyboards mix them in.`,
  nothing: ({ threshold }: NgramsQuery) =>
    `No ${threshold} of them write the same words, so versions carry no n-grams.`,
  again: (reason: string) => `That round failed, and they are asked it again: ${reason}`,
  failed: (reason: string, counts: readonly number[]) =>
    `They could not say all of it: ${reason} ${
      counts.some(count => count > 0)
        ? `Versions carry what was found until then, ${countsInWords(counts)}.`
        : 'Versions carry no n-grams.'
    }`,
  later: (isKept: boolean) =>
    isKept
      ? 'Nobody is asked again in this start; the next one with the same --storage asks again.'
      : 'Nobody is asked again in this start.',
  kept: (counts: readonly number[]) =>
    `Versions carry ${countsInWords(counts)} that phones have in common, found in an earlier start.`,
};
