import { taskName } from '@murmuration/api/scalars';
import type { RunControl } from '@murmuration/lifecycle/training-runs/run-control';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';

const params = z.object({ task: taskName, name: z.string().max(63) });
const header = z.string().min(1).max(256);
const answer = z.object({
  outcome: z
    .enum(['began', 'waits', 'suppressed'])
    .describe('waits: a run begins when the quiet hours are over'),
  by: z
    .enum(['run-open', 'cooldown', 'runs', 'quiet-hours'])
    .nullable()
    .describe('What keeps a run from beginning; null: one has begun'),
});

/** Adds the webhooks of tasks, with which programs report that training is due. */
export async function triggerRoutes(app: App, runs: RunControl): Promise<void> {
  await app.register(async plain => {
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    // The signature covers the raw bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/v1/tasks/:task/triggers/:name',
      {
        // Some senders add parameters of their own.
        config: { takesAnyParameter: true },
        bodyLimit: 16_384,
        schema: {
          summary: 'Training is due, by a webhook of the task',
          description:
            'Signed as the Standard Webhooks specification has it; each webhook-id counts once. The body may be anything.',
          params,
          headers: z.object({
            'webhook-id': header,
            'webhook-timestamp': z.string().max(16).describe('Seconds since 1970'),
            'webhook-signature': z.string().max(1_024),
          }),
          response: { 202: answer, 401: problem, 409: problem, 429: problem },
        },
      },
      async ({ params: { task, name }, headers, body }, reply) => {
        const bytes = body instanceof Uint8Array ? body : new Uint8Array();
        const { outcome, by } = await runs.receive(task, name, headers, bytes);
        return reply.status(202).send({ outcome, by });
      },
    );
  });
}
