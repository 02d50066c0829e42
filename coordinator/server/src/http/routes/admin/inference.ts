import { inference, inferenceChanged } from '@murmuration/api/inference';
import type { Operators } from '@murmuration/rounds/operators/operators';
import * as z from 'zod';
import type { InferenceWatch } from '../../../inference/watch.ts';
import type { App } from '../../app.ts';
import { problem } from '../../problem.ts';
import { operatorOf } from './scope.ts';

const params = z.object({ model: z.string().max(128) });

/**
 * Adds the routes of this coordinator's inference server: its state, and operators' actions on its models.
 */
export function inferenceRoutes(scope: App, operators: Operators, watch: InferenceWatch): void {
  scope.get(
    '/inference',
    {
      config: { least: 'viewer' },
      schema: {
        summary: 'How the inference server of this coordinator stands',
        querystring: z.object({
          model: z.string().max(128).optional().describe('Whose minutes; by default all'),
        }),
        response: { 200: inference },
      },
    },
    ({ query }) => watch.state(query.model),
  );

  for (const [command, action, summary] of [
    ['load', 'model.load', 'Load the version of a model that requests mean which name none'],
    ['unload', 'model.unload', 'Unload all versions of a model; requests are refused until it is loaded'],
  ] as const)
    scope.post(
      `/inference/models/:model/${command}`,
      {
        config: { least: 'operator' },
        schema: {
          summary,
          params,
          response: { 200: inferenceChanged, 404: problem, 409: problem, 503: problem },
        },
      },
      async request => {
        const { model } = request.params;
        await watch.requireModel(model);
        await operators.audited(operatorOf(request), action, model, () => watch[command](model));
        return { model };
      },
    );
}
