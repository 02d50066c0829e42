import { alerts } from '@murmuration/api/alert';
import type { AlertWatch } from '../../../telemetry/alerts/watch.ts';
import type { Webhooks } from '../../../telemetry/alerts/webhooks/webhooks.ts';
import { alertMessage } from '../../../telemetry/overview.ts';
import type { App } from '../../app.ts';
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
