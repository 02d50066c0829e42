import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import { atMost } from '@murmuration/protocol/queries/at-most';
import type { ArmQuery, OutcomesQuery } from '@murmuration/protocol/queries/query';
import type { OutcomeCounts } from '@murmuration/protocol/queries/vector';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Storage } from '../storage/storage.ts';
import type { PredictionIdContents } from './prediction-id.ts';

/** Counts by outcome. */
type Counts = Readonly<Record<string, number>>;
/** Counts by the start of their span, ms since 1970. */
type Spans = Readonly<Record<string, Counts>>;

interface Kept {
  /** Spans by version hash, the most recently counted version last. */
  readonly versions: readonly (readonly [version: string, spans: Spans])[];
  /** Ids with a known outcome, the newest last. */
  readonly told: readonly (readonly [id: string, outcome: string])[];
}

const minute = 60_000;
const hour = 60 * minute;
/** Milliseconds for which outcomes are kept; later outcomes of a prediction are rejected. */
const retentionMs = 31 * 24 * hour;
/** Milliseconds for which counts are kept by the minute; after that by the hour. */
const byMinute = 2 * hour;
const maxRecordedVersions = 16;
/** Most different outcomes of a version in a span. */
const maxOutcomes = 16;
/** Most ids remembered, so that none counts twice. */
const maxOutcomeIds = 500;

/**
 * Record of the outcomes of predictions on this device, by version: counts, and the newest ids, so that each
 * counts once. It leaves the device only in masked sums, if the app allows a query of outcomes. Several tabs
 * of an app may share it; of simultaneous outcomes in two tabs one may be lost.
 */
export class OutcomeRecord {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #clock: Clock;
  /** Resolves once the previous outcome is stored or rejected. */
  #before: Promise<unknown> = Promise.resolve();

  constructor({
    storage,
    task,
    clock,
  }: {
    readonly storage: Storage;
    readonly task: TaskName;
    readonly clock: Clock;
  }) {
    this.#storage = storage;
    this.#name = `outcomes.${task}`;
    this.#clock = clock;
  }

  /**
   * Records the outcome of a prediction, durably; repeats change nothing. Throws `request.not-found` for an
   * id that is not of a prediction of the last 31 days, `feedback.conflict` if another outcome is recorded,
   * `request.invalid` for an invalid outcome.
   */
  add(id: string, outcome: string): Promise<void> {
    const added = this.#before.then(() => this.#add(id, outcome));
    this.#before = added.catch(() => {});
    return added;
  }

  async #add(id: string, outcome: string): Promise<void> {
    requireOutcome(outcome);
    const now = this.#clock.now();
    const { model, at } = read(id);
    if (at <= now - retentionMs) throw unknown();
    const { versions, told } = await this.#read();
    const known = told.find(([other]) => other === id)?.[1];
    if (known === outcome) return;
    if (known !== undefined) throw new MurmurationError('feedback.conflict');
    await this.#save({
      versions: model === null ? versions : withOne(versions, model, outcome, now),
      told: [...told, [id, outcome] as const].slice(-maxOutcomeIds),
    });
  }

  /** Returns true if a version has any outcome. */
  async has(version: ModelHash): Promise<boolean> {
    return (await this.#read()).versions.some(([each]) => each === version);
  }

  /**
   * Returns the outcomes of a query's versions within its period, the newest first; for an arm, since its
   * experiment began. Returns undefined if these versions have no outcome at all, whatever outcomes the query
   * asks for, so that the decision to answer doesn't reveal which ones there are.
   */
  async answer(query: OutcomesQuery | ArmQuery): Promise<OutcomeCounts | undefined> {
    const { outcomes, values, period } = query;
    const arm = query.kind === 'arm' ? query.arm : undefined;
    const versions = query.kind === 'outcomes' ? query.versions : arm ? [arm.version] : [];
    const after = this.#clock.now() - period;
    // Outcomes are recorded by the minute.
    const since = Math.floor((arm?.since ?? 0) / minute) * minute;
    const kept = new Map((await this.#read()).versions);
    const found = versions.flatMap(version => {
      const spans = Object.entries(kept.get(version) ?? {})
        .map(([from, counts]) => ({ from: Number(from), counts }))
        .filter(({ from }) => from > after && from >= since)
        .sort((a, b) => b.from - a.from);
      const own = atMost(
        values,
        spans.map(({ counts }) => outcomes.map(outcome => countOf(counts, outcome))),
      );
      const named = outcomes.map((outcome, at) => [outcome, own[at] ?? 0] as const);
      return spans.length > 0 ? [[version, Object.fromEntries(named)] as const] : [];
    });
    return found.length > 0 ? Object.fromEntries(found) : undefined;
  }

  /** Returns the record; empty if damaged, which only the device itself can cause. */
  async #read(): Promise<Kept> {
    try {
      return JSON.parse(new TextDecoder().decode(await this.#storage.get(this.#name))) as Kept;
    } catch {
      return { versions: [], told: [] };
    }
  }

  #save(kept: Kept): Promise<void> {
    return this.#storage.put(this.#name, new TextEncoder().encode(JSON.stringify(kept)));
  }
}

function withOne(
  versions: Kept['versions'],
  model: ModelHash,
  outcome: string,
  now: number,
): Kept['versions'] {
  const before = versions.find(([version]) => version === model)?.[1] ?? {};
  const start = Math.floor(now / minute) * minute;
  const counts = before[start] ?? {};
  if (!Object.hasOwn(counts, outcome) && Object.keys(counts).length >= maxOutcomes)
    throw new MurmurationError('request.invalid', `There are more than ${maxOutcomes} different outcomes.`);
  const spans = { ...before, [start]: { ...counts, [outcome]: countOf(counts, outcome) + 1 } };
  const others = versions.filter(([version]) => version !== model);
  return [...others, [model, spans] as const]
    .slice(-maxRecordedVersions)
    .map(([version, own]) => [version, thinned(own, now)] as const)
    .filter(([, own]) => Object.keys(own).length > 0);
}

/** Merges counts older than two hours from minutes into hours, and drops expired ones. */
function thinned(spans: Spans, now: number): Spans {
  const all: Record<string, Counts> = {};
  for (const [from, counts] of Object.entries(spans)) {
    const at = Number(from);
    if (at <= now - retentionMs) continue;
    const start = at > now - byMinute ? at : Math.floor(at / hour) * hour;
    const sums = { ...(all[start] ?? {}) };
    for (const [outcome, count] of Object.entries(counts)) sums[outcome] = countOf(sums, outcome) + count;
    all[start] = sums;
  }
  return all;
}

/** Apps choose the names, such as `constructor`. */
const countOf = (counts: Counts, outcome: string): number =>
  Object.hasOwn(counts, outcome) ? counts[outcome]! : 0;

function read(id: string): PredictionIdContents {
  const [, model, at] = /^([0-9a-f]{64})?\.([0-9a-z]{1,11})\.[0-9a-z]{1,11}$/.exec(String(id)) ?? [];
  if (at === undefined) throw unknown();
  return { model: (model ?? null) as ModelHash | null, at: Number.parseInt(at, 36) };
}

function requireOutcome(outcome: string): void {
  if (typeof outcome === 'string' && outcome.length > 0 && outcome.length <= 128) return;
  throw new MurmurationError(
    'request.invalid',
    'An outcome is a text of 1 to 128 characters, such as "accepted".',
  );
}

function unknown(): MurmurationError {
  return new MurmurationError(
    'request.not-found',
    'No prediction of this device has this id, or it was more than 31 days ago.',
  );
}
