import { parseJson } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput, type Tensor, type TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyOf, sendBody } from '../http/body.ts';
import { asking, clientSignal, type DoorPorts, opened } from '../http/door.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { columnsToJson, isObject, tensorsFromColumns, tensorsFromRows } from '../tf-serving/tensors.ts';
import { readCsv } from './csv.ts';
import { tableOfRecords, tableOfSplit, tensorsFromTable } from './frame.ts';

interface Asked {
  Querystring: { model?: string };
}

type Read = (specs: readonly TensorSpec[], value: unknown, most: number) => readonly Tensor[];

const forms: Readonly<Record<string, Read>> = {
  dataframe_split: (specs, value, most) => tensorsFromTable(specs, tableOfSplit(value), most),
  dataframe_records: (specs, value, most) => tensorsFromTable(specs, tableOfRecords(value), most),
  instances: tensorsFromRows,
  inputs: tensorsFromColumns,
};

/**
 * The scoring server of MLflow, whose paths SageMaker asks for as well: `/invocations` asks the only model, or the one that `?model=NAME` or
 * `?model=NAME@VERSION` names.
 */
export function mlflowRoutes(app: FastifyInstance, { server, version }: DoorPorts): void {
  for (const path of ['/ping', '/health'])
    app.get(path, opened('MLflow: whether it takes requests'), (_, reply) => {
      if (!server.isReady) throw new MurmurationError('server.stopping');
      return reply.type('application/json').send('\n');
    });
  app.get('/version', asking('predict', 'MLflow: the version of the server'), (_, reply) =>
    reply.type('text/plain').send(version),
  );
  app.post<Asked>(
    '/invocations',
    asking('predict', 'MLflow: scores rows', server.limits.body),
    async (request, reply) => {
      const [model, at] = await modelOf(server, request);
      const body = await bodyOf(request, server.limits.body);
      const { inputs: specs } = await server.metadata(model, at);
      const inputs = read(request, body, specs, server.limits.elements);
      const { outputs } = await server.infer(
        { model, version: at, inputs, protocol: 'mlflow', headers: request.headers },
        clientSignal(reply),
      );
      return sendBody(request, reply.type('application/json'), `{"predictions":${columnsToJson(outputs)}}`);
    },
  );
}

async function modelOf(
  server: InferenceServer,
  { query }: FastifyRequest<Asked>,
): Promise<readonly [name: string, at: string | undefined]> {
  const { model } = query;
  if (typeof model === 'string') {
    const [name = '', at] = model.split('@');
    return [name, at];
  }
  const names = await server.names();
  const [only] = names;
  if (only === undefined || names.length > 1)
    throw new MurmurationError(
      'model.missing',
      `Name one of the models with ?model=NAME: ${names.slice(0, 20).join(', ') || 'there is none'}.`,
    );
  return [only, undefined];
}

function read(
  request: FastifyRequest,
  body: Buffer,
  specs: readonly TensorSpec[],
  most: number,
): readonly Tensor[] {
  const text = body.toString('utf8');
  if (/^text\/csv\b/i.test(request.headers['content-type'] ?? ''))
    return tensorsFromTable(specs, readCsv(text), most);
  const wide = specs.some(({ datatype }) => datatype.endsWith('INT64'));
  const json = parseJson(text, { wide, notFinite: true });
  if (!isObject(json)) refuseInput('The body is no JSON object.');
  const names = Object.keys(forms);
  const given = names.filter(name => json[name] !== undefined);
  const [form] = given;
  if (form === undefined || given.length > 1)
    refuseInput(`The body has one of ${names.join(', ')}; found ${given.join(', ') || 'none'}.`);
  if (isObject(json.params) && Object.keys(json.params).length > 0)
    throw new MurmurationError('inference.unsupported', 'The models of this server take no params.');
  return (forms[form] as Read)(specs, json[form], most);
}
