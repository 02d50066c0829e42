import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Alert } from '@murmuration/rounds/events/alert';
import type { CoordinatorEvents } from '@murmuration/rounds/events/events';
import type { DeliveryOutcome } from './delivery.ts';
import { noticeOf, testNotice } from './notice.ts';
import type { WebhookSettings } from './settings.ts';
import { Webhook, type WebhookState } from './webhook.ts';

/** Addresses that receive alerts. */
export class Webhooks {
  readonly #events: CoordinatorEvents;
  readonly #all: readonly Webhook[];
  readonly #clock: Clock;
  #root = '';

  constructor(
    settings: readonly WebhookSettings[],
    { clock, random, events }: { clock: Clock; random: RandomBytes; events: CoordinatorEvents },
  ) {
    this.#events = events;
    this.#clock = clock;
    const settled = (host: string, failure: string | null) => events.emit('notice', host, failure);
    this.#all = settings.map(each => new Webhook(each, { clock, random, settled }));
  }

  /**
   * Sends `firing`, which may not have been sent yet, and later alerts, except those that `isSilenced`
   * selects; call it once. `root` is the URL of the dashboard.
   */
  open(firing: readonly Alert[], root: string, isSilenced: (alert: Alert) => boolean = () => false): void {
    this.#root = root;
    const tell = (alert: Alert) => {
      if (isSilenced(alert)) return;
      const notice = noticeOf(alert, root);
      for (const each of this.#all) each.send(notice);
    };
    for (const alert of firing) tell(alert);
    this.#events.on('alert', tell);
  }

  /** Sends a test notice to a host, once, and returns the outcome; undefined if no webhook has that host. */
  async test(host: string): Promise<DeliveryOutcome | undefined> {
    return this.#all.find(({ state }) => state.host === host)?.try(testNotice(this.#root, this.#clock.now()));
  }

  /** States in the order of the configuration. */
  get states(): readonly WebhookState[] {
    return this.#all.map(({ state }) => state);
  }

  /** Drops all queues. */
  close(): void {
    for (const each of this.#all) each.close();
  }
}
