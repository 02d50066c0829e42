import type { Datatype } from '@murmuration/inference-client/tensors/datatype';
import type { TensorSpec } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { httpStatusOf } from '@murmuration/protocol/errors/statuses';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerModels } from '../access/own-models.ts';
import { bodyOf, sendBody } from '../http/body.ts';
import { asking, clientSignal, type DoorPorts, modelsOf } from '../http/door.ts';
import type { ModelState, VersionMetadata } from '../server/inference-server.ts';
import { sizeOf } from '../tensors/size.ts';
import { readTfServing, servingDefault, writeTfServing } from './conversions.ts';

interface Named {
  Params: { name: string; version?: string };
}

type Verb = 'predict' | 'classify' | 'regress';

/** Form of an answer, by the request's form or verb. */
const answers = {
  rows: { name: 'predictions', form: 'rows' },
  columns: { name: 'outputs', form: 'columns' },
  classify: { name: 'results', form: 'classes' },
  regress: { name: 'results', form: 'values' },
} as const;
const pathPattern = /^([^/:]+)(?:\/(?:versions|labels)\/([^/:]+))?:(predict|classify|regress)$/;
/** TensorFlow's names of datatypes, where they differ from those of the Open Inference Protocol. */
const renamed: Partial<Record<Datatype, string>> = {
  FP16: 'HALF',
  FP32: 'FLOAT',
  FP64: 'DOUBLE',
  BYTES: 'STRING',
};

/**
 * Registers the routes of TensorFlow Serving's REST API: predict, classify, regress, status and metadata;
 * labels are aliases. KServe's v1 has the same paths.
 */
export function tfServingRoutes(app: FastifyInstance, { server }: DoorPorts): void {
  app.get('/v1/models', asking('predict', 'KServe: the names of the models'), async request => ({
    models: await modelsOf(server, request).names(),
  }));
  for (const [path, isOne] of [
    ['/v1/models/:name', false],
    ['/v1/models/:name/versions/:version', true],
    ['/v1/models/:name/labels/:version', true],
  ] as const) {
    app.get<Named>(
      path,
      asking('predict', 'TensorFlow Serving: how it stands with a model'),
      async request => {
        const { name, version } = request.params;
        const found = modelsOf(server, request).states(name, version);
        const states = await inWords(`Could not find any versions of model ${name}`, found);
        const ready = states.some(({ state }) => state === 'READY');
        return { model_version_status: states.map(statusOf), ...(!isOne && { name, ready }) };
      },
    );
    app.get<Named>(
      `${path}/metadata`,
      asking('predict', 'TensorFlow Serving: what a model takes and gives'),
      async request => {
        const { name, version } = request.params;
        const { model, inputs, outputs } = await metadataOf(modelsOf(server, request), name, version);
        const signature = {
          inputs: Object.fromEntries(inputs.map(described)),
          outputs: Object.fromEntries(outputs.map(described)),
          method_name: 'tensorflow/serving/predict',
        };
        return {
          model_spec: { name, signature_name: '', version: model.version },
          metadata: { signature_def: { signature_def: { [servingDefault]: signature } } },
        };
      },
    );
  }

  app.post<{ Params: { '*': string } }>(
    '/v1/models/*',
    asking('predict', 'TensorFlow Serving: MODEL:predict, MODEL:classify, MODEL:regress', server.limits.body),
    async (request, reply) => {
      const [, name, at, verb] = pathPattern.exec(request.params['*']) ?? [];
      if (name === undefined)
        throw new MurmurationError('inference.input', `Malformed request: POST ${request.url}`);
      return answer(request, reply, { name, at, verb: verb as Verb, body: bodyOf(request) });
    },
  );

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, at, verb, body }: { name: string; at: string | undefined; verb: Verb; body: Buffer },
  ): Promise<FastifyReply> {
    const models = modelsOf(server, request);
    const { inputs: specs } = await metadataOf(models, name, at);
    const { converter, limits } = server;
    const signal = clientSignal(reply);
    const given = { body, isExamples: verb !== 'predict', specs, elements: limits.elements };
    const { inputs, form } = await converter.convert(readTfServing, given, body.length, signal);
    const { outputs } = await models.infer(
      { model: name, version: at, inputs, protocol: 'tf-serving', headers: request.headers },
      signal,
    );
    const forms = verb === 'predict' ? answers[form] : answers[verb];
    const answered = { outputs, ...forms, most: limits.body };
    const written = await converter.convert(writeTfServing, answered, sizeOf(outputs), signal);
    return sendBody(request, reply.type('application/json'), written.body);
  }
}

function statusOf({ version, state, reason }: ModelState) {
  return {
    version,
    state: state === 'READY' ? 'AVAILABLE' : 'END',
    status: { error_code: state === 'READY' ? 'OK' : 'UNAVAILABLE', error_message: reason },
  };
}

function described({ name, datatype, shape }: TensorSpec) {
  const dim = shape.map(length => ({ size: String(length), name: '' }));
  const dtype = `DT_${renamed[datatype] ?? datatype}`;
  return [name, { dtype, tensor_shape: { dim, unknown_rank: false }, name }] as const;
}

function metadataOf(models: ServerModels, name: string, at: string | undefined): Promise<VersionMetadata> {
  const servable = at === undefined ? `Latest(${name})` : `Specific(${name}, ${at})`;
  return inWords(`Servable not found for request: ${servable}`, models.metadata(name, at));
}

/** Puts words that clients of TensorFlow Serving look for before the error of `found`. */
function inWords<Found>(words: string, found: Promise<Found>): Promise<Found> {
  return found.catch(error => {
    if (!(error instanceof MurmurationError) || httpStatusOf(error) !== 404) throw error;
    throw new MurmurationError(error.code, `${words}. ${error.detail}`);
  });
}
