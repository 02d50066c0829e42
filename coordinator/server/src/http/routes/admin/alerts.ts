import { acknowledge, alert, alerts, silence, webhookOutcome, webhookTest } from '@murmuration/api/alert';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Clock } from '@murmuration/protocol/time/clock';
import { isoOrNull } from '@murmuration/protocol/time/iso';
import type { Operators } from '@murmuration/rounds/operators/operators';
import type { AlertWatch } from '../../../telemetry/alerts/watch.ts';
import type { Webhooks } from '../../../telemetry/alerts/webhooks/webhooks.ts';
import { alertMessage } from '../../../telemetry/overview.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

/** Adds the routes of alerts, and of operators' responses to them. */
export function alertRoutes(
  scope: App,
  operators: Operators,
  watch: AlertWatch,
  webhooks: Webhooks,
  clock: Clock,
): void {
  const describe = (each: Parameters<typeof alertMessage>[0]) =>
    alertMessage(each, watch.attention, clock.now());
  const find = (id: string) => {
    const found = watch.firing.find(each => each.id === id);
    if (!found) throw new MurmurationError('request.not-found', 'No alert of this id is firing.');
    return found;
  };

  scope.get(
    '/alerts',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'What is wrong now, what was, what is watched for, and where notices go',
        response: { 200: alerts },
      },
    },
    () => ({
      firing: watch.firing.map(describe),
      resolved: watch.resolved.map(describe),
      rules: [...watch.conditions],
      webhooks: webhooks.states.map(({ deliveredAt, ...rest }) => ({
        ...rest,
        deliveredAt: isoOrNull(deliveredAt),
      })),
    }),
  );

  scope.post(
    '/alerts/acknowledge',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Say that you look after an alert',
        body: acknowledge,
        response: { 200: alert, 404: problem },
      },
    },
    async request => {
      const { id } = request.body;
      const { name } = operatorOf(request);
      await operators.audited(operatorOf(request), 'alert.acknowledge', id, async () =>
        watch.attention.acknowledge(find(id).id, { by: name, at: clock.now() }),
      );
      return describe(find(id));
    },
  );

  scope.post(
    '/alerts/silence',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Send no webhook notices of alerts like this one for some time; 0 minutes end a silence',
        body: silence,
        response: { 200: alert, 404: problem },
      },
    },
    async request => {
      const { id, minutes } = request.body;
      const { name } = operatorOf(request);
      await operators.audited(operatorOf(request), 'alert.silence', id, async () => {
        const { rule, task } = find(id);
        await watch.attention.silence({ rule, task, until: clock.now() + minutes * 60_000, by: name });
      });
      return describe(find(id));
    },
  );

  scope.post(
    '/webhooks/test',
    {
      config: { least: 'operator' },
      schema: {
        summary: 'Send a test notice to a webhook, once, and say how it went',
        body: webhookTest,
        response: { 200: webhookOutcome, 404: problem },
      },
    },
    async request => {
      const { host } = request.body;
      return operators.audited(operatorOf(request), 'webhook.test', host, async () => {
        const outcome = await webhooks.test(host);
        if (!outcome) throw new MurmurationError('request.not-found', 'There is no webhook of this host.');
        return { isDelivered: outcome.isDelivered, failure: outcome.isDelivered ? null : outcome.failure };
      });
    },
  );
}
