import type { Sent } from '@murmuration/client-sdk/transport/observed';
import { signal } from '@preact/signals';

/** A message that left this device. */
export interface SentMessage extends Sent {
  /** Counts from 1. */
  readonly number: number;
  /** When, ms since 1970. */
  readonly at: number;
  /** What the sample would be without masks; null of all but masked updates. */
  readonly plain: Uint8Array | null;
}

/** Messages that are listed, the newest ones; the totals count all. */
export const listed = 60;

/** What left this device since the page was opened. */
export class Traffic {
  readonly messages = signal<readonly SentMessage[]>([]);
  readonly totals = signal({ messages: 0, bytes: 0 });
  /** The last update under masks, whether or not it is still listed. */
  readonly lastMasked = signal<SentMessage | null>(null);

  add(message: Omit<SentMessage, 'number'>): void {
    const { messages, bytes } = this.totals.peek();
    const numbered = { ...message, number: messages + 1 };
    this.totals.value = { messages: messages + 1, bytes: bytes + message.bytes };
    this.messages.value = [numbered, ...this.messages.peek()].slice(0, listed);
    if (message.masked && message.kind === 'update') this.lastMasked.value = numbered;
  }

  forget(): void {
    this.messages.value = [];
    this.totals.value = { messages: 0, bytes: 0 };
    this.lastMasked.value = null;
  }
}
