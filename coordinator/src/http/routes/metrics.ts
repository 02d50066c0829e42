import type { Registry } from 'prom-client';
import type { App } from '../app.ts';

/** What the coordinator does, in the text format of Prometheus. */
export function metricRoutes(app: App, registry: Registry): void {
  app.get('/metrics', { schema: { summary: 'Figures for Prometheus' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
