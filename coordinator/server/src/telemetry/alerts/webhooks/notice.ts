import { iso } from '@murmuration/protocol/time/iso';
import type { Alert } from '@murmuration/rounds/events/alert';

/** Message to a webhook: an alert began, or is over. */
export interface Notice {
  /** Id that stays the same at each attempt and after a restart, so that a receiver can drop duplicates. */
  readonly id: string;
  readonly body: string;
}

/**
 * Returns the notice of an alert; `root` is the URL of the dashboard, such as
 * `https://coordinator.example.org`.
 */
export function noticeOf(alert: Alert, root: string): Notice {
  const { id, rule, severity, task, summary, advice, page, since, resolvedAt } = alert;
  const isOver = resolvedAt !== null;
  const message = {
    type: isOver ? 'alert.resolved' : 'alert.raised',
    timestamp: iso(resolvedAt ?? since),
    data: {
      id,
      rule,
      severity,
      task,
      summary,
      advice,
      link: new URL(page, root).href,
      since: iso(since),
      resolvedAt: isOver ? iso(resolvedAt) : null,
    },
  };
  return { id: `${id}:${isOver ? 'resolved' : 'raised'}`, body: JSON.stringify(message) };
}

/**
 * Returns a notice that nothing is wrong, with which an operator tests the webhook at `now`, in ms since
 * 1970.
 */
export function testNotice(root: string, now: number): Notice {
  const message = {
    type: 'webhook.test',
    timestamp: iso(now),
    data: {
      summary: 'An operator tries this webhook. Nothing is wrong.',
      link: new URL('/#/settings/protection', root).href,
    },
  };
  return { id: `webhook.test:${now}`, body: JSON.stringify(message) };
}
