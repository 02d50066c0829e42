import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf, maxSmallBodyBytes, sendBody } from '../http/body.ts';
import { asking, clientSignal, type DoorPorts, modelsOf, opened, unnamed } from '../http/door.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { idHeader } from '../server/request-id.ts';
import { answerOip } from './answer.ts';
import { configurationOf, extensions, metadataOf } from './configuration.ts';
import { readOip } from './conversions.ts';
import { readRawRequest } from './infer-request.ts';
import { refuseLoadParameters } from './parameters.ts';
import { statisticsOf } from './statistics.ts';

interface Named {
  Params: { name: string; version?: string };
}

const lengthHeader = 'inference-header-content-length';

/**
 * Registers the routes of the Open Inference Protocol, version 2, over HTTP, with the extensions of Triton
 * that `extensions` lists. A version in a path is a number or an alias.
 */
export function oipRoutes(app: FastifyInstance, ports: DoorPorts): void {
  const { server } = ports;
  serverRoutes(app, ports);
  for (const path of ['/v2/models/:name', '/v2/models/:name/versions/:version'])
    modelRoutes(app, path, server);

  app.get('/v2/models/stats', asking('predict', 'OIP: statistics of the models in memory'), async request => {
    const loaded = modelsOf(server, request).residents.map(({ model, statistics }) =>
      statisticsOf({ model, statistics }),
    );
    return { model_stats: loaded };
  });
  repositoryRoutes(app, server);
  app.all('/v2/*', unnamed, () => {
    throw new MurmurationError(
      'request.not-found',
      'There is nothing at this address of the Open Inference Protocol; GET /v2/models lists the models.',
    );
  });
}

/** Registers routes about the whole server. */
function serverRoutes(app: FastifyInstance, { server, version, requireReady }: DoorPorts): void {
  const metadata = () => ({ name: 'murmuration', version, extensions });
  app.get('/v2', asking('predict', 'OIP: the server, and the extensions that it has'), metadata);
  app.get('/v2/', { ...asking('predict', ''), ...unnamed }, metadata);
  app.get('/v2/health/live', opened('OIP: whether the process answers'), () => ({ live: true }));
  app.get('/v2/health/ready', opened('OIP: whether it takes requests'), () => {
    server.requireReady();
    requireReady?.();
    return { ready: true };
  });
  app.get('/v2/models', asking('predict', 'OIP: the names of the models'), async request => ({
    models: await modelsOf(server, request).names(),
  }));
}

/** Registers routes of one model, at a path with or without a version. */
function modelRoutes(app: FastifyInstance, path: string, server: InferenceServer): void {
  app.get<Named>(path, asking('predict', 'OIP: what a model takes and gives'), async request => {
    const { name, version: at } = request.params;
    return metadataOf(await modelsOf(server, request).metadata(name, at));
  });
  app.get<Named>(`${path}/ready`, asking('predict', 'OIP: whether a model is ready'), async request => {
    const { name, version: at } = request.params;
    if (!(await modelsOf(server, request).isModelReady(name, at)))
      throw new MurmurationError('inference.unavailable', `The model ${name} is not ready.`);
    return { name, ready: true };
  });
  app.get<Named>(`${path}/stats`, asking('predict', 'OIP: statistics of a model'), async request => {
    const { name, version: at } = request.params;
    return { model_stats: [statisticsOf(await modelsOf(server, request).statistics(name, at))] };
  });
  app.get<Named>(`${path}/config`, asking('predict', 'OIP: the configuration of a model'), async request => {
    const { name, version: at } = request.params;
    return configurationOf(await modelsOf(server, request).metadata(name, at), server.batching);
  });
  app.post<Named>(
    `${path}/infer`,
    asking('predict', 'OIP: inference', server.limits.body),
    (request, reply) => infer(server, request, reply),
  );
}

/** Registers routes that list, load and unload models. */
function repositoryRoutes(app: FastifyInstance, server: InferenceServer): void {
  app.post(
    '/v2/repository/index',
    asking('predict', 'OIP: the models, and how it stands with them', maxSmallBodyBytes),
    async request => {
      const { ready } = parametersOf(bodyOf(request));
      const states = await modelsOf(server, request).index();
      return ready === true ? states.filter(({ state }) => state === 'READY') : states;
    },
  );
  app.post<Named>(
    '/v2/repository/models/:name/load',
    asking('manage', 'OIP: loads a model', maxSmallBodyBytes),
    async request => {
      const { name } = request.params;
      const { parameters } = parametersOf(bodyOf(request));
      refuseLoadParameters(parameters as object | undefined);
      await modelsOf(server, request).load(name);
      return { name, load: true };
    },
  );
  app.post<Named>(
    '/v2/repository/models/:name/unload',
    asking('manage', 'OIP: unloads a model', maxSmallBodyBytes),
    async request => {
      const { name } = request.params;
      await modelsOf(server, request).unload(name);
      return { name, unload: true };
    },
  );
}

async function infer(
  server: InferenceServer,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { name, version: at } = request.params;
  const { elements } = server.limits;
  const models = modelsOf(server, request);
  const body = bodyOf(request);
  const signal = clientSignal(reply);
  const length = headerLength(request.headers[lengthHeader]);
  const given = { body, headerLength: length, elements };
  const asked =
    length === 0
      ? readRawRequest(body, await models.metadata(name, at), elements)
      : await server.converter.convert(readOip, given, length ?? body.length, signal);
  const about = { model: name, version: at, protocol: 'oip', headers: request.headers };
  const { body: answer, headerLength: answerLength } = await answerOip(server, models, asked, about, signal);
  // The id in the body takes precedence.
  if (asked.id !== undefined && asked.id !== '') reply.removeHeader(idHeader);
  if (answerLength === undefined) reply.header('content-type', 'application/json');
  else reply.header('content-type', 'application/octet-stream').header(lengthHeader, String(answerLength));
  return sendBody(request, reply, answer);
}

function headerLength(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header))
    refuseInput('Inference-Header-Content-Length is a number of bytes.');
  return Number(header);
}

/** Returns the content of an optional JSON body. */
function parametersOf(body: Buffer): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  const json = parseJson(body.toString('utf8'), { wide: false, notFinite: false, most: body.length });
  if (typeof json !== 'object' || json === null) refuseInput('The body is no JSON object.');
  return json as Readonly<Record<string, unknown>>;
}
