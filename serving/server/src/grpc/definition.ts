import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON, loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import protobuf from 'protobufjs';
import { loadable } from './descriptors.ts';
import { protocol } from './protocol.ts';

const inference: PackageDefinition = fromJSON(protobuf.parse(protocol, { keepCase: true }).root.toJSON(), {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
});
const health: PackageDefinition = loadSync(protoPath);
const calls = inference['inference.GRPCInferenceService'] as unknown as ServiceDefinition;
const infer = calls.ModelInfer as MethodDefinition<object, object>;
const same = (bytes: Buffer): Buffer => bytes;

/**
 * Calls of the Open Inference Protocol. Tensors are read from and written to message bytes directly, without
 * objects between.
 */
export const inferenceCalls: ServiceDefinition = {
  ...calls,
  ModelInfer: { ...infer, requestDeserialize: same, responseSerialize: same },
};

/** Definitions for reflection. */
export const described: PackageDefinition = loadable({ ...inference, ...health });
