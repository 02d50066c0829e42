import type { Sent } from '@murmuration/client-sdk/transport/observed';
import { signal } from '@preact/signals';

/** Message that left this device. */
export interface SentMessage extends Sent {
  /** Number of the message, from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Sample as it would be without masks; null except for masked updates. */
  readonly plain: Uint8Array | null;
}

/** Newest messages that are listed; the totals count all. */
export const listed = 60;

/** Messages that left this device since the page was opened. */
export class SentTraffic {
  readonly messages = signal<readonly SentMessage[]>([]);
  readonly totals = signal({ messages: 0, bytes: 0 });
  /** Last masked update, even if it is no longer listed. */
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
