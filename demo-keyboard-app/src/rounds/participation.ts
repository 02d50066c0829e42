import type { RoundProgress } from '@murmuration/client-sdk/session/events';
import { computed, type ReadonlySignal, signal } from '@preact/signals';

/** The way to the coordinator; `standby` while another tab takes part with this device's identity. */
export type Link = 'connecting' | 'online' | 'offline' | 'standby';
/** The same, or `off` where this device is not to take part. */
export type Connection = Link | 'off';

/** A round in which this device has a part. */
export interface Part {
  readonly number: number;
  /** Name of the query that the round asks; null where devices train. */
  readonly query: string | null;
  readonly phase: RoundProgress['phase'];
  /** Share of the phase that is done, 0 to 1. */
  readonly progress: number;
  /** Whether this device's update, or answer, was taken. */
  readonly counted: boolean;
}

/** A round that is over for this device. */
export interface PastPart {
  readonly number: number;
  /** Name of the query that it asked; null where devices trained. */
  readonly query: string | null;
  /** Whether this device's update, or answer, was taken. */
  readonly counted: boolean;
}

/** The steps of a masked round as a person sees them, in their order. */
export const steps = ['keys', 'shares', 'training', 'uploading', 'unmasking'] as const;
export type Step = (typeof steps)[number];

/** The same of a round that asks something: nobody trains. */
export const askedSteps: readonly Step[] = steps.filter(step => step !== 'training');

/** The step that a phase belongs to; null once the round is over. */
export const stepOf: Readonly<Record<RoundProgress['phase'], Step | null>> = {
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

const remembered = 12;

/** Where this device stands: its connection, its round, and those before. */
export class Participation {
  readonly link = signal<Link>('connecting');
  readonly connection: ReadonlySignal<Connection>;
  readonly part = signal<Part | null>(null);
  /** The newest first. */
  readonly past = signal<readonly PastPart[]>([]);
  /** Model versions that came, and bytes of the last one. */
  readonly versions = signal({ received: 0, bytes: 0 });
  readonly #isActive: ReadonlySignal<boolean>;
  readonly step = computed<Step | null>(() => (this.part.value ? stepOf[this.part.value.phase] : null));

  /** `isActive`: whether the device is to take part. */
  constructor(isActive: ReadonlySignal<boolean>) {
    this.#isActive = isActive;
    this.connection = computed(() => (isActive.value ? this.link.value : 'off'));
  }

  /** A device that is not to take part is leaving the round that it still tells of. */
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
    // A device unmasks only under a statement that counts its own update (SA12), and may not hear more: enough others may be faster.
    const isCounted = phase === 'counted' || phase === 'unmasking';
    this.part.value = { number, query, phase, progress, counted: wasCounted || isCounted };
  }

  /** The device waits; a part that it had is over, heard or not. */
  wait(): void {
    this.leave();
  }

  /** The device is not to take part from now on: its part in the round is over at once, whatever has still to be told to the coordinator. */
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
    this.past.value = [{ number, query, counted }, ...this.past.peek()].slice(0, remembered);
  }
}
