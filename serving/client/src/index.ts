export { type ErrorCode, MurmurationError } from '@murmuration/protocol/errors/errors';
export {
  InferenceClient,
  type InferenceClientOptions,
  type InferOptions,
  type Inputs,
  type ModelMetadata,
  type RepositoryEntry,
} from './client/client.ts';
export { InferenceResult } from './client/result.ts';
export type { Datatype, NumericData, NumericDatatype, TensorData } from './tensors/datatype.ts';
export type { Tensor, TensorSpec } from './tensors/tensor.ts';
export {
  type Nested,
  numbersOf,
  type TensorOptions,
  tensor,
  textsOf,
  type Values,
} from './tensors/values.ts';
export type { Format } from './wire/request.ts';
