import type { Cancel } from '@murmuration/protocol/time/clock';

/**
 * Exchanges the names of changed entries with other tabs (BroadcastChannel of HTML); does nothing without it.
 */
export class TabNotices {
  readonly #name: string;
  readonly #watchers = new Map<object, (entry: string) => void>();
  #channel: BroadcastChannel | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  tell(entry: string): void {
    // A channel does not receive its own messages.
    const channel = this.#channel ?? this.#open();
    channel?.postMessage(entry);
    if (!this.#channel) channel?.close();
  }

  watch(entry: string, changed: () => void): Cancel {
    const key = {};
    this.#watchers.set(key, told => {
      if (told === entry) changed();
    });
    this.#channel ??= this.#open();
    return () => {
      this.#watchers.delete(key);
      if (this.#watchers.size > 0) return;
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  #open(): BroadcastChannel | undefined {
    if (!globalThis.BroadcastChannel) return undefined;
    const channel = new BroadcastChannel(this.#name);
    channel.onmessage = ({ data }) => {
      for (const hear of this.#watchers.values()) hear(data);
    };
    return channel;
  }
}
