import type { RoundProgress } from '@murmuration/client-sdk/session/events';
import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** State of the connection; `standby` while another tab takes part with this device's identity. */
type Link = 'connecting' | 'online' | 'offline' | 'standby';
/** State of the connection, or `off` if this device is not to take part. */
type Connection = Link | 'off';

/** Round in which this device has a part. */
export interface RoundPart {
  readonly number: number;
  /** Name of the query that the round asks; null if devices train. */
  readonly query: string | null;
  readonly phase: RoundProgress['phase'];
  /** Finished share of the phase, 0 to 1. */
  readonly progress: number;
  /** True if this device's update or answer was accepted. */
  readonly counted: boolean;
}

/** Round that is over for this device. */
export interface PastPart {
  readonly number: number;
  /** Name of the query that it asked; null if devices trained. */
  readonly query: string | null;
  /** True if this device's update or answer was accepted. */
  readonly counted: boolean;
}

/** Steps of a masked round as shown to people, in order. */
export const steps = ['keys', 'shares', 'training', 'uploading', 'unmasking'] as const;
export type RoundStep = (typeof steps)[number];

/** Steps of a round with a query, in which no device trains. */
export const askedSteps: readonly RoundStep[] = steps.filter(step => step !== 'training');

/** Step that a phase belongs to; null once the round is over. */
export const stepOf: Readonly<Record<RoundProgress['phase'], RoundStep | null>> = {
  keys: 'keys',
  shares: 'shares',
  downloading: 'training',
  training: 'training',
  uploading: 'uploading',
  agreement: 'unmasking',
  counted: 'unmasking',
  unmasking: 'unmasking',
  ended: null,
};

const maxPastRounds = 12;

/** State of this device: its connection, its round, and past rounds. */
export class ParticipationState {
  readonly link = signal<Link>('connecting');
  readonly connection: ReadonlySignal<Connection>;
  readonly part = signal<RoundPart | null>(null);
  /** Past rounds, newest first. */
  readonly past = signal<readonly PastPart[]>([]);
  /** Number of model versions received, and bytes of the last one. */
  readonly versions = signal({ received: 0, bytes: 0 });
  readonly #isActive: ReadonlySignal<boolean>;
  readonly step = computed<RoundStep | null>(() => (this.part.value ? stepOf[this.part.value.phase] : null));

  /** @param isActive true if the device is to take part. */
  constructor(isActive: ReadonlySignal<boolean>) {
    this.#isActive = isActive;
    this.connection = computed(() => (isActive.value ? this.link.value : 'off'));
  }

  /**
   * Takes the progress of a round; ignored if the device is not to take part, since it is leaving that round.
   */
  round({
    number,
    query = null,
    phase,
    progress,
  }: Pick<RoundProgress, 'number' | 'phase' | 'progress'> & { readonly query?: string | null }): void {
    if (!this.#isActive.peek()) return;
    if (phase === 'ended') {
      this.#end(number);
      return;
    }
    const before = this.part.peek();
    const wasCounted = before?.number === number && before.counted;
    // A device unmasks only under a statement that counts its own update (SA12). It may hear no more if other
    // devices are faster.
    const isCounted = phase === 'counted' || phase === 'unmasking';
    this.part.value = { number, query, phase, progress, counted: wasCounted || isCounted };
  }

  /** Marks the device as waiting; its part in a round is over, even without an event that says so. */
  wait(): void {
    this.leave();
  }

  /** Ends the device's part in the round at once, even before the coordinator hears of it. */
  leave(): void {
    const part = this.part.peek();
    if (part) this.#end(part.number);
  }

  model(bytes: number): void {
    this.versions.value = { received: this.versions.peek().received + 1, bytes };
  }

  forget(): void {
    this.part.value = null;
    this.past.value = [];
    this.versions.value = { received: 0, bytes: 0 };
  }

  #end(number: number): void {
    const part = this.part.peek();
    this.part.value = null;
    if (part?.number !== number) return;
    const { query, counted } = part;
    this.past.value = [{ number, query, counted }, ...this.past.peek()].slice(0, maxPastRounds);
  }
}
