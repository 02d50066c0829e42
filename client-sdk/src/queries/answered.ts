import type { AssignmentId, TaskName } from '@murmuration/protocol/ids/ids';
import { offerOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { BelowFloor } from '../floors/below-floor.ts';
import type { FloorName } from '../floors/floors.ts';
import type { Storage } from '../storage/storage.ts';

/** The error `plan.below-floor`, with the name of the floor. */
export type Refusal = (floor: FloorName, detail: string) => BelowFloor;

/** By the offer of the query, or by the experiment. */
type Kept = Readonly<
  Record<
    string,
    {
      readonly assignment: AssignmentId;
      /** ms since 1970. */
      readonly at: number;
      /** ms for which it counts. */
      readonly period: number;
    }
  >
>;

/**
 * The device's own record of the queries that it has answered, so that it answers each once in its period, whatever the coordinator asks. An
 * answer counts before its first byte leaves, whatever becomes of it, and once however often it is sent again.
 */
export class AnsweredQueries {
  readonly #storage: Storage;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #refusal: Refusal;

  constructor({
    storage,
    task,
    clock,
    refusal,
  }: {
    readonly storage: Storage;
    readonly task: TaskName;
    readonly clock: Clock;
    readonly refusal: Refusal;
  }) {
    this.#storage = storage;
    this.#name = `answers.${task}`;
    this.#clock = clock;
    this.#refusal = refusal;
  }

  /** Offers of the queries that were answered, and whose period is not over. */
  async inPeriod(): Promise<ReadonlySet<string>> {
    return new Set(Object.keys(await this.#read()));
  }

  /**
   * Whether the answer is that of an assignment already. Throws `plan.below-floor` where it is that of another one in the same period, or in the same
   * experiment.
   */
  async requireOpen(query: Query, assignment: AssignmentId): Promise<boolean> {
    const kept = await this.#read();
    const before = periodsOf(query).flatMap(([name]) => (Object.hasOwn(kept, name) ? kept[name]! : []));
    if (before.some(each => each.assignment !== assignment))
      throw this.#refusal(
        'queryPeriod',
        `The device has answered the query "${offerOf(query)}" in this period or experiment already.`,
      );
    return before.length > 0;
  }

  /** Counts an answer that is about to leave, durably. Throws as `requireOpen`. */
  async count(query: Query, assignment: AssignmentId): Promise<void> {
    if (await this.requireOpen(query, assignment)) return;
    const at = this.#clock.now();
    const counted = periodsOf(query).map(([name, period]) => [name, { assignment, at, period }] as const);
    await this.#save({ ...(await this.#read()), ...Object.fromEntries(counted) });
  }

  /** Those whose period is not over. A record that can't be read counts as none: nobody but the device itself can damage it. */
  async #read(): Promise<Kept> {
    const all = Object.entries(parsed(await this.#storage.get(this.#name)));
    const now = this.#clock.now();
    const kept = all.map(([name, each]) => [name, { ...each, at: Math.min(each.at, now) }] as const);
    // The clock was set back meanwhile: what it shows as yet to come counts for a period from now.
    const isAhead = all.some(([, { at }]) => at > now);
    if (isAhead) await this.#save(Object.fromEntries(kept));
    return Object.fromEntries(kept.filter(([, { at, period }]) => now < at + period));
  }

  #save(all: Kept): Promise<void> {
    return this.#storage.put(this.#name, new TextEncoder().encode(JSON.stringify(all)));
  }
}

/** ms for which a device remembers an experiment that it has answered. */
const experimentsKept = 366 * 86_400_000;

/** By what names an answer counts, and for how long, ms. No name of a query has a space. */
function periodsOf(query: Query): (readonly [name: string, period: number])[] {
  const own = [offerOf(query), query.period] as const;
  const arm = query.kind === 'arm' ? query.arm : undefined;
  return arm ? [own, [`experiment ${arm.experiment}`, experimentsKept]] : [own];
}

function parsed(bytes: Uint8Array | undefined): Kept {
  try {
    return (JSON.parse(new TextDecoder().decode(bytes)) ?? {}) as Kept;
  } catch {
    return {};
  }
}
