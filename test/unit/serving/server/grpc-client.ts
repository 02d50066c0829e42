import { fileURLToPath } from 'node:url';
import {
  type ChannelCredentials,
  type ClientUnaryCall,
  credentials,
  Metadata,
  type MethodDefinition,
  makeGenericClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { dataFromBytes } from '@murmuration/inference-client/tensors/binary-data';
import type { Datatype } from '@murmuration/inference-client/tensors/datatype';
import protobuf from 'protobufjs';

/** The description of the Open Inference Protocol over gRPC, as its project publishes it: see test/vectors/README.md. */
export const original = fileURLToPath(
  new URL('../../../vectors/oip/open_inference_grpc.proto', import.meta.url),
);

interface Answered {
  readonly outputs: readonly { readonly datatype: Datatype; readonly shape: readonly string[] }[];
  readonly raw_output_contents: readonly Buffer[];
}

/** The elements of the outputs of an answer, of BYTES as texts. */
export function elementsOf({ outputs, raw_output_contents: raw }: Answered): readonly unknown[][] {
  return outputs.map(({ datatype, shape }, at) => {
    const count = shape.reduce((product, length) => product * Number(length), 1);
    const data = dataFromBytes('', datatype, count, raw[at]!);
    return Array.from(data as ArrayLike<unknown>, each =>
      datatype === 'BYTES' ? Buffer.from(each as Uint8Array).toString() : each,
    );
  });
}

/** Of Triton, the calls that this server answers, with the numbers of grpc_service.proto and model_config.proto. */
const triton = `
  syntax = "proto3";
  package inference;
  service GRPCInferenceService {
    rpc ModelConfig(Named) returns (ConfigAnswer) {}
    rpc ModelStatistics(Named) returns (StatisticsAnswer) {}
    rpc RepositoryIndex(IndexRequest) returns (IndexAnswer) {}
    rpc RepositoryModelLoad(Managed) returns (Nothing) {}
    rpc RepositoryModelUnload(Managed) returns (Nothing) {}
  }
  message Nothing {}
  message Named { string name = 1; string version = 2; }
  message Put { int32 data_type = 2; string name = 1; repeated int64 dims = 4; }
  message Got { int32 data_type = 2; string name = 1; repeated int64 dims = 3; }
  message Batching { uint64 max_queue_delay_microseconds = 2; }
  message Config {
    string name = 1; string platform = 2; string backend = 17; int32 max_batch_size = 4;
    repeated Put input = 5; repeated Got output = 6; Batching dynamic_batching = 11;
  }
  message ConfigAnswer { Config config = 1; }
  message Spent { uint64 count = 1; uint64 ns = 2; }
  message Spending {
    Spent success = 1; Spent fail = 2; Spent queue = 3; Spent compute_input = 4; Spent compute_infer = 5;
    Spent compute_output = 6; Spent cache_hit = 7; Spent cache_miss = 8;
  }
  message Batch { uint64 batch_size = 1; Spent compute_infer = 3; }
  message Statistics {
    string name = 1; string version = 2; uint64 last_inference = 3; uint64 inference_count = 4;
    uint64 execution_count = 5; Spending inference_stats = 6; repeated Batch batch_stats = 7;
  }
  message StatisticsAnswer { repeated Statistics model_stats = 1; }
  message IndexRequest { string repository_name = 1; bool ready = 2; }
  message Entry { string name = 1; string version = 2; string state = 3; string reason = 4; }
  message IndexAnswer { repeated Entry models = 1; }
  message Value { oneof choice { bool bool_param = 1; int64 int64_param = 2; string string_param = 3; bytes bytes_param = 4; } }
  message Managed { string repository_name = 1; string model_name = 2; map<string, Value> parameters = 3; }
`;

const options = { keepCase: true, longs: String, enums: String, defaults: true, oneofs: true } as const;
const serviceOf = (definition: PackageDefinition, name: string) =>
  definition[name] as unknown as Readonly<Record<string, MethodDefinition<object, object>>>;
const tritons = protobuf.Root.fromJSON(protobuf.parse(triton, { keepCase: true }).root.toJSON());
tritons.resolveAll();
const tritonCall = (name: string): MethodDefinition<object, object> => {
  const method = tritons.lookupService('inference.GRPCInferenceService').methods[name]!;
  method.resolve();
  const [asked, answered] = [method.resolvedRequestType!, method.resolvedResponseType!];
  const bytes = (type: protobuf.Type, value: object) =>
    Buffer.from(type.encode(type.fromObject(value)).finish());
  const object = (type: protobuf.Type, message: Uint8Array) => type.toObject(type.decode(message), options);
  return {
    path: `/inference.GRPCInferenceService/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: value => bytes(asked, value),
    requestDeserialize: message => object(asked, message),
    responseSerialize: value => bytes(answered, value),
    responseDeserialize: message => object(answered, message),
  };
};

const calls: Readonly<Record<string, MethodDefinition<object, object>>> = {
  ...serviceOf(loadSync(original, options), 'inference.GRPCInferenceService'),
  ...Object.fromEntries(
    ['ModelConfig', 'ModelStatistics', 'RepositoryIndex', 'RepositoryModelLoad', 'RepositoryModelUnload'].map(
      name => [name, tritonCall(name)],
    ),
  ),
};

// biome-ignore lint/suspicious/noExplicitAny: answers are of any form, as of `Response.json`.
export type Answer = any;

export interface CallOptions {
  readonly token?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** ms. */
  readonly deadline?: number;
  /** Hears of the call, to cancel it. */
  readonly begun?: (call: ClientUnaryCall) => void;
}

/** A client made from the original description; each has a connection of its own. */
export class GrpcClient {
  readonly #client: InstanceType<ReturnType<typeof makeGenericClientConstructor>>;

  constructor(
    address: string,
    security: ChannelCredentials = credentials.createInsecure(),
    more: object = {},
  ) {
    const Client = makeGenericClientConstructor({}, 'client');
    this.#client = new Client(address, security, {
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.max_receive_message_length': -1,
      ...more,
    });
  }

  /** Throws what the server answers with. */
  ask(
    call: string,
    request: object = {},
    { token, metadata, deadline, begun }: CallOptions = {},
  ): Promise<Answer> {
    const { path, requestSerialize, responseDeserialize } = calls[call]!;
    const sent = new Metadata();
    if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(metadata ?? {})) sent.set(name, value);
    return new Promise((resolve, reject) => {
      const made = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        sent,
        deadline === undefined ? {} : { deadline: Date.now() + deadline },
        (error, answer) => (error ? reject(error) : resolve(answer)),
      );
      begun?.(made);
    });
  }

  /** The status of a call that is refused: `NOT_FOUND Request for unknown model …`. */
  async refused(call: string, request: object = {}, more?: CallOptions): Promise<string> {
    const error = await this.ask(call, request, more).then(
      () => undefined,
      thrown => thrown as ServiceError,
    );
    return error ? `${status[error.code]} ${error.details}` : 'answered';
  }

  close(): void {
    this.#client.close();
  }
}
