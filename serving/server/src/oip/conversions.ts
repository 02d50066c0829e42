import type { Conversion } from '../conversion/converter.ts';
import { type OipRequest, readInferRequest } from './infer-request.ts';
import { type OipAnswer, type OipBody, writeInferResponse } from './infer-response.ts';

interface Given {
  readonly body: Buffer;
  readonly headerLength: number | undefined;
  readonly elements: number;
}

/** Reads a request, as `readInferRequest`. */
export const readOip: Conversion<Given, OipRequest> = {
  name: 'readOip',
  run: ({ body, headerLength, elements }) => readInferRequest(body, headerLength, elements),
};

/** Writes an answer, as `writeInferResponse`. */
export const writeOip: Conversion<OipAnswer, OipBody> = { name: 'writeOip', run: writeInferResponse };
