import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerModels } from '../access/own-models.ts';
import { bodyOf, sendBody } from '../http/body.ts';
import { asking, clientSignal, type DoorPorts, modelsOf, opened } from '../http/door.ts';
import { sizeOf } from '../tensors/size.ts';
import { writeTfServing } from '../tf-serving/conversions.ts';
import { readMlflow } from './conversions.ts';

interface Asked {
  Querystring: { model?: string };
}

/**
 * Registers the routes of MLflow's scoring server, whose paths SageMaker uses too: `/invocations` asks the
 * only model, or the one that `?model=NAME` or `?model=NAME@VERSION` names.
 */
export function mlflowRoutes(app: FastifyInstance, { server, version }: DoorPorts): void {
  for (const path of ['/ping', '/health'])
    app.get(path, opened('MLflow: whether it takes requests'), (_, reply) => {
      server.requireReady();
      return reply.type('application/json').send('\n');
    });
  app.get('/version', asking('predict', 'MLflow: the version of the server'), (_, reply) =>
    reply.type('text/plain').send(version),
  );
  app.post<Asked>(
    '/invocations',
    asking('predict', 'MLflow: scores rows', server.limits.body),
    async (request, reply) => {
      const models = modelsOf(server, request);
      const [model, at] = await modelOf(models, request);
      const body = bodyOf(request);
      const signal = clientSignal(reply);
      const { inputs: specs } = await models.metadata(model, at);
      const { elements, body: most } = server.limits;
      const isCsv = /^text\/csv\b/i.test(request.headers['content-type'] ?? '');
      const given = { body, isCsv, specs, elements };
      const { inputs } = await server.converter.convert(readMlflow, given, body.length, signal);
      const { outputs } = await models.infer(
        { model, version: at, inputs, protocol: 'mlflow', headers: request.headers },
        signal,
      );
      const answer = { outputs, name: 'predictions', form: 'columns', most } as const;
      const written = await server.converter.convert(writeTfServing, answer, sizeOf(outputs), signal);
      return sendBody(request, reply.type('application/json'), written.body);
    },
  );
}

async function modelOf(
  models: ServerModels,
  { query }: FastifyRequest<Asked>,
): Promise<readonly [name: string, at: string | undefined]> {
  const { model } = query;
  if (typeof model === 'string') {
    const [name = '', at] = model.split('@');
    return [name, at];
  }
  const names = await models.names();
  const [only] = names;
  if (only === undefined || names.length > 1)
    throw new MurmurationError(
      'model.missing',
      `Name one of the models with ?model=NAME: ${names.slice(0, 20).join(', ') || 'there is none'}.`,
    );
  return [only, undefined];
}
