import type { Conversion } from '../conversion/converter.ts';
import { type GrpcInferRequest, readInferRequest } from './infer-request.ts';
import { type GrpcAnswer, writeInferResponse } from './infer-response.ts';

interface Given {
  readonly message: Buffer;
  readonly elements: number;
}

/** Reads a `ModelInferRequest`, as `readInferRequest`. */
export const readGrpc: Conversion<Given, GrpcInferRequest> = {
  name: 'readGrpc',
  run: ({ message, elements }) => readInferRequest(message, elements),
};

/** Writes a `ModelInferResponse`, as `writeInferResponse`. */
export const writeGrpc: Conversion<GrpcAnswer, { readonly message: Buffer }> = {
  name: 'writeGrpc',
  run: answer => ({ message: writeInferResponse(answer) }),
};
