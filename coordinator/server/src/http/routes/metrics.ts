import type { Registry } from 'prom-client';
import * as z from 'zod';
import type { App } from '../app.ts';
import { type Guard, guarded, unauthenticated } from '../authentication.ts';

/** Number of requests that reading the metrics costs: all figures are collected for it. */
const cost = 10;

/** Adds the metrics in the text format of Prometheus. */
export function metricRoutes(app: App, registry: Registry, guard: Guard): void {
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Figures for Prometheus',
        ...guarded,
        response: { 200: z.string(), ...unauthenticated },
      },
      onRequest: guard,
    },
    async (request, reply) => {
      app.charge(request, cost);
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}
