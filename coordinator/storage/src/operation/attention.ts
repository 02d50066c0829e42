import type { AlertRule } from '@murmuration/api/alert';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import { BoundedMap } from '@murmuration/protocol/time/bounded-map';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { Documents } from '@murmuration/rounds/operators/documents';

/** Acknowledgement of an alert by an operator. */
export interface Acknowledgement {
  /** Name of the operator. */
  readonly by: string;
  /** ms since 1970. */
  readonly at: number;
}

/** Silence of a kind of alert: no webhook is notified for a while. */
export interface Silence {
  readonly rule: AlertRule;
  /** Task of the alert; null for the whole coordinator. */
  readonly task: TaskName | null;
  /** ms since 1970. */
  readonly until: number;
  /** Name of the operator. */
  readonly by: string;
}

/** Store of silences, which survive a restart. */
export type SilenceStore = ReturnType<typeof silencesIn>;

export function silencesIn(documents: Documents) {
  const kind = 'silence';
  return {
    /** Lists silences that end after `now`, ms since 1970, and removes the others. */
    async after(now: number): Promise<readonly Silence[]> {
      await documents.change({ forget: { kind, until: now } });
      return (await documents.list<Silence>(kind)).map(({ value }) => value);
    },
    /** Adds a silence, or replaces one of the same kind of alert. */
    async put(silence: Silence): Promise<void> {
      const { rule, task, until } = silence;
      await documents.change({ put: [{ kind, scope: task ?? '', key: rule, at: until, value: silence }] });
    },
  };
}

/** Most acknowledgements in memory; the oldest are dropped first, whose alerts are over. */
const maxAcknowledgements = 200;

/**
 * Alerts that operators acknowledged, and kinds of alerts that they silenced. Acknowledgements are in
 * memory: they are for single alerts, and a restart begins all alerts again.
 */
export class Attention {
  readonly #acknowledged = new BoundedMap<string, Acknowledgement>(maxAcknowledgements);
  readonly #store: SilenceStore;
  readonly #silences = new Map<string, Silence>();

  constructor(store: SilenceStore) {
    this.#store = store;
  }

  /** Reads stored silences; `now`: ms since 1970. Throws `storage.*`. */
  async open(now: number): Promise<void> {
    for (const silence of await this.#store.after(now)) this.#silences.set(keyOf(silence), silence);
  }

  /** Acknowledges an alert; the first acknowledgement stays. */
  acknowledge(alert: string, acknowledgement: Acknowledgement): void {
    if (!this.#acknowledged.has(alert)) this.#acknowledged.set(alert, acknowledgement);
  }

  acknowledgementOf(alert: string): Acknowledgement | null {
    return this.#acknowledged.get(alert) ?? null;
  }

  /** Silences a kind of alert durably, in place of an earlier silence. Throws `storage.*`. */
  async silence(silence: Silence): Promise<void> {
    await this.#store.put(silence);
    this.#silences.set(keyOf(silence), silence);
  }

  /**
   * Returns the time until which this kind of alert is silenced, ms since 1970; null if it isn't at `now`.
   */
  silencedUntil(alert: Pick<Alert, 'rule' | 'task'>, now: number): number | null {
    const silence = this.#silences.get(keyOf(alert));
    return silence && silence.until > now ? silence.until : null;
  }
}

function keyOf({ rule, task }: Pick<Alert, 'rule' | 'task'>): string {
  return `${rule}:${task ?? ''}`;
}
