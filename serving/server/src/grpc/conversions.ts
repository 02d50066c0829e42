import type { Conversion } from '../conversion/converter.ts';
import { type GrpcInferRequest, readInferRequest } from './infer-request.ts';

interface Given {
  readonly message: Buffer;
  readonly elements: number;
}

/** Reads a `ModelInferRequest`, as `readInferRequest`. */
export const readGrpc: Conversion<Given, GrpcInferRequest> = {
  name: 'readGrpc',
  run: ({ message, elements }) => readInferRequest(message, elements),
};
