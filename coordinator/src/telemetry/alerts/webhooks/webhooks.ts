import type { RandomBytes } from '@murmuration/protocol/random/random-bytes';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { Alert } from '../../../events/alert.ts';
import type { CoordinatorEvents } from '../../../events/events.ts';
import { noticeOf } from './notice.ts';
import type { WebhookSettings } from './settings.ts';
import { Webhook, type WebhookState } from './webhook.ts';

/** The addresses that hear of alerts. */
export class Webhooks {
  readonly #events: CoordinatorEvents;
  readonly #all: readonly Webhook[];

  constructor(
    settings: readonly WebhookSettings[],
    { clock, random, events }: { clock: Clock; random: RandomBytes; events: CoordinatorEvents },
  ) {
    this.#events = events;
    const settled = (host: string, failure: string | null) => events.emit('notice', host, failure);
    this.#all = settings.map(each => new Webhook(each, { clock, random, settled }));
  }

  /** Tells of `firing`, which nobody may have heard of yet, and of what follows; once. `root` is where the dashboard is. */
  open(firing: readonly Alert[], root: string): void {
    const tell = (alert: Alert) => {
      const notice = noticeOf(alert, root);
      for (const each of this.#all) each.send(notice);
    };
    for (const alert of firing) tell(alert);
    this.#events.on('alert', tell);
  }

  /** In the order of the configuration. */
  get states(): readonly WebhookState[] {
    return this.#all.map(({ state }) => state);
  }

  /** Gives up what waits. */
  close(): void {
    for (const each of this.#all) each.close();
  }
}
