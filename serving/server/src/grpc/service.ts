import type { Metadata, ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from '@grpc/grpc-js';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { ServerModels } from '../access/own-models.ts';
import { configurationOf, extensions, metadataOf } from '../oip/configuration.ts';
import { refuseLoadParameters, refuseRepository } from '../oip/parameters.ts';
import { statisticsOf } from '../oip/statistics.ts';
import { codedOf } from '../server/coded.ts';
import type { InferenceServer } from '../server/inference-server.ts';
import { OneSignal, type Signal } from '../server/signal.ts';
import { readGrpc } from './conversions.ts';
import { typedBytesOf } from './infer-request.ts';
import { writeInferResponse } from './infer-response.ts';
import { statusOf } from './status.ts';

export interface ServicePorts {
  readonly server: InferenceServer;
  /** Called for faults of this server, and for refused calls. */
  readonly fault: (where: string, error: unknown) => void;
  readonly refused: (where: string, error: MurmurationError) => void;
  /** Version of this software. */
  readonly version: string;
}

interface Named {
  readonly name: string;
  readonly version: string;
}

interface Managed {
  readonly repository_name: string;
  readonly model_name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Returns the handlers of `GRPCInferenceService`, by call name. */
export function inferenceService(
  { server, version, ...ports }: ServicePorts,
  /** Returns the models that a call may ask, by its metadata. */
  modelsOf: (metadata: Metadata) => ServerModels,
): UntypedServiceImplementation {
  const call = <Request>(name: string, answer: Answer<Request>) => ({
    [name]: unary(`grpc ${name}`, answer, { ...ports, modelsOf }),
  });
  return {
    ...call('ServerLive', () => ({ live: true })),
    ...call('ServerReady', () => ({ ready: server.isReady })),
    ...call('ServerMetadata', () => ({ name: 'murmuration', version, extensions })),
    ...call<Named>('ModelReady', async ({ name, version: at }, models) => ({
      ready: await models.isModelReady(name, versionOf(at)),
    })),
    ...call<Named>('ModelMetadata', async ({ name, version: at }, models) =>
      metadataOf(await models.metadata(name, versionOf(at))),
    ),
    ...call<Buffer>('ModelInfer', async (message, models, signal, metadata) => {
      const { converter, limits } = server;
      const given = { message, elements: limits.elements };
      const asked = await converter.convert(readGrpc, given, typedBytesOf(message), signal);
      const { model, version: at, inputs, outputs, parameters, timeout } = asked;
      const id = asked.id === '' ? undefined : asked.id;
      const headers = headersOf(metadata);
      const response = await models.infer(
        { model, version: at, inputs, outputs, id, headers, parameters, timeout, protocol: 'grpc' },
        signal,
      );
      // Raw contents are only copied, so no conversion thread is needed.
      return writeInferResponse(response, asked.id, limits.body);
    }),
    ...call<Named>('ModelConfig', async ({ name, version: at }, models) => ({
      config: configurationOf(await models.metadata(name, versionOf(at)), server.batching),
    })),
    ...call<Named>('ModelStatistics', async ({ name, version: at }, models) => ({
      model_stats:
        name === ''
          ? models.residents.map(statisticsOf)
          : [statisticsOf(await models.statistics(name, versionOf(at)))],
    })),
    ...call<{ readonly repository_name: string; readonly ready: boolean }>(
      'RepositoryIndex',
      async ({ repository_name, ready }, models) => {
        refuseRepository(repository_name);
        const states = await models.index();
        return { models: ready ? states.filter(({ state }) => state === 'READY') : states };
      },
    ),
    ...call<Managed>('RepositoryModelLoad', async ({ repository_name, model_name, parameters }, models) => {
      refuseRepository(repository_name);
      refuseLoadParameters(parameters);
      await models.load(model_name);
      return {};
    }),
    ...call<Managed>('RepositoryModelUnload', async ({ repository_name, model_name }, models) => {
      refuseRepository(repository_name);
      await models.unload(model_name);
      return {};
    }),
  };
}

type Answer<Request> = (
  request: Request,
  models: ServerModels,
  signal: Signal,
  metadata: Metadata,
) => object | Promise<object>;

/** Returns the metadata of a call that are text. */
function headersOf(metadata: Metadata): Readonly<Record<string, string>> {
  const texts = Object.entries(metadata.getMap()).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}

/**
 * Makes a unary handler; its signal is aborted when the client cancels, disconnects, or its deadline has
 * passed.
 */
function unary<Request>(
  where: string,
  answer: Answer<Request>,
  {
    fault,
    refused,
    modelsOf,
  }: Pick<ServicePorts, 'fault' | 'refused'> & { readonly modelsOf: (metadata: Metadata) => ServerModels },
) {
  return async (call: ServerUnaryCall<Request, object>, reply: sendUnaryData<object>): Promise<void> => {
    const signal = new OneSignal();
    let isOver = false;
    // Also emitted at the end of a call that was answered.
    call.once('cancelled', () => {
      if (!isOver) signal.abort(new MurmurationError('prediction.timeout', 'The client is gone.'));
    });
    try {
      const answered = await answer(call.request, modelsOf(call.metadata), signal, call.metadata);
      isOver = true;
      reply(null, answered);
    } catch (error) {
      isOver = true;
      const coded = codedOf(error);
      if (coded.code === 'server.internal') fault(where, error);
      else refused(where, coded);
      reply(statusOf(coded));
    }
  };
}

function versionOf(text: string): string | undefined {
  return text === '' ? undefined : text;
}
