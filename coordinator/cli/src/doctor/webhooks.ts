import type { Config } from '@murmuration/coordinator/assembly/config';
import { type Checkup, ok, warning } from './finding.ts';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Checks that alerts have a receiver, and are encrypted on the way. Sends nothing. */
export function checkWebhooks({
  alerts: { webhooks },
  publicUrl,
}: Pick<Config, 'alerts' | 'publicUrl'>): readonly Checkup[] {
  if (webhooks.length === 0)
    return [ok('alerts', 'Alerts are shown in the dashboard and the log; no webhook hears of them.')];
  const hosts = webhooks.map(({ url }) => new URL(url.reveal()));
  const open = hosts.filter(({ protocol, hostname }) => protocol === 'http:' && !loopback.test(hostname));
  const findings = open.map(({ host }) =>
    warning(
      'alerts',
      `Notices to ${host} go over plain HTTP, which others can read on the way.`,
      'Name an https address in "alerts" → "webhooks".',
    ),
  );
  if (publicUrl === undefined)
    findings.push(
      warning(
        'alerts',
        'Notices link to the address on which the coordinator listens, which may not be one that operators reach.',
        'Name where operators reach the dashboard in "publicUrl".',
      ),
    );
  return findings.length > 0
    ? findings
    : [ok('alerts', `Notices go to ${hosts.map(({ host }) => host).join(', ')}.`)];
}
