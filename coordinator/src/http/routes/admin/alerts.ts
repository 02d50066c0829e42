import type { AlertWatch } from '../../../monitor/alerts/watch.ts';
import type { Webhooks } from '../../../monitor/alerts/webhooks/webhooks.ts';
import { alertMessage } from '../../../monitor/overview.ts';
import type { App } from '../../app.ts';
import { alerts } from '../../messages/alert.ts';
import { isoOrNull } from './schemas.ts';

/** What operators should look at. */
export function alertRoutes(scope: App, watch: AlertWatch, webhooks: Webhooks): void {
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
      firing: watch.firing.map(alertMessage),
      resolved: watch.resolved.map(alertMessage),
      rules: [...watch.conditions],
      webhooks: webhooks.states.map(({ deliveredAt, ...rest }) => ({
        ...rest,
        deliveredAt: isoOrNull(deliveredAt),
      })),
    }),
  );
}
