import type { AlertRule } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { Documents } from '@murmuration/rounds/operators/documents';

/** That an operator looks after an alert. */
export interface Acknowledgement {
  /** Name of the operator. */
  readonly by: string;
  /** ms since 1970. */
  readonly at: number;
}

/** A kind of alert of which no webhook is told for a while. */
export interface Silence {
  readonly rule: AlertRule;
  /** null: of the whole coordinator. */
  readonly task: TaskName | null;
  /** ms since 1970. */
  readonly until: number;
  /** Name of the operator. */
  readonly by: string;
}

/** The silences, which last over a restart. */
export type SilenceStore = ReturnType<typeof silencesIn>;

export function silencesIn(documents: Documents) {
  const kind = 'silence';
  return {
    /** Those that end after `now`, ms since 1970; others are forgotten. */
    async after(now: number): Promise<readonly Silence[]> {
      await documents.change({ forget: { kind, until: now } });
      return (await documents.list<Silence>(kind)).map(({ value }) => value);
    },
    /** In place of an earlier silence of the same kind. */
    async put(silence: Silence): Promise<void> {
      const { rule, task, until } = silence;
      await documents.change({ put: [{ kind, scope: task ?? '', key: rule, at: until, value: silence }] });
    },
  };
}

/** Acknowledgements that are remembered: those of alerts that are over give way first, being the oldest. */
const most = 200;

/**
 * Which alerts operators look after, and of which kinds they want to hear nothing for a while. Acknowledgements are in memory: they are of
 * single alerts, and a restart begins all alerts again.
 */
export class Attention {
  readonly #acknowledged = new BoundedMap<string, Acknowledgement>(most);
  readonly #store: SilenceStore;
  readonly #silences = new Map<string, Silence>();

  constructor(store: SilenceStore) {
    this.#store = store;
  }

  /** Reads the silences that operators asked for before; `now`: ms since 1970. Throws `storage.*`. */
  async open(now: number): Promise<void> {
    for (const silence of await this.#store.after(now)) this.#silences.set(keyOf(silence), silence);
  }

  /** Whoever was first keeps it. */
  acknowledge(alert: string, acknowledgement: Acknowledgement): void {
    if (!this.#acknowledged.has(alert)) this.#acknowledged.set(alert, acknowledgement);
  }

  acknowledgementOf(alert: string): Acknowledgement | null {
    return this.#acknowledged.get(alert) ?? null;
  }

  /** From now on, durably; in place of an earlier silence of the same kind. Throws `storage.*`. */
  async silence(silence: Silence): Promise<void> {
    await this.#store.put(silence);
    this.#silences.set(keyOf(silence), silence);
  }

  /** Until when nobody is told of this kind of alert, ms since 1970; null where it is told at `now`. */
  silencedUntil(alert: Pick<Alert, 'rule' | 'task'>, now: number): number | null {
    const silence = this.#silences.get(keyOf(alert));
    return silence && silence.until > now ? silence.until : null;
  }
}

function keyOf({ rule, task }: Pick<Alert, 'rule' | 'task'>): string {
  return `${rule}:${task ?? ''}`;
}
