import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import { dataToJson } from '@murmuration/inference-client/tensors/json-data';
import type { InferResponse } from '../server/request.ts';
import type { OipRequest } from './infer-request.ts';

/** The body of an answer; with bytes of tensors behind its JSON, how long that is. */
export interface OipBody {
  readonly body: string | Buffer;
  readonly headerLength: number | undefined;
}

/** Writes an answer as its request asks for it. Throws `inference.unsupported` for values that JSON has no way to write. */
export function writeInferResponse(
  { model, version, outputs }: InferResponse,
  { id, outputs: wanted, isBinary }: OipRequest,
): OipBody {
  const parts: Uint8Array[] = [];
  const texts = outputs.map((output, index) => {
    const head = `{"name":${JSON.stringify(output.name)},"datatype":"${output.datatype}","shape":[${output.shape.join(',')}],`;
    if (!(wanted?.[index]?.isBinary ?? isBinary)) return `${head}"data":${dataToJson(output)}}`;
    const bytes = dataToBytes(output);
    parts.push(bytes);
    return `${head}"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const own = id === undefined ? '' : `,"id":${JSON.stringify(id)}`;
  const json = `{"model_name":${JSON.stringify(model)},"model_version":${JSON.stringify(version)}${own},"outputs":[${texts.join(',')}]}`;
  if (parts.length === 0) return { body: json, headerLength: undefined };
  const header = Buffer.from(json);
  return { body: Buffer.concat([header, ...parts]), headerLength: header.length };
}
