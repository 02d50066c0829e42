import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import { valuesToJson } from '@murmuration/inference-client/tensors/json-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import { AnswerText } from '../tensors/answer-text.ts';
import { bytesOf } from '../tensors/size.ts';
import type { OipRequest } from './infer-request.ts';

/** Body of an answer; `headerLength` is the length of its JSON if bytes of tensors follow. */
export interface OipBody {
  readonly body: string | Buffer;
  readonly headerLength: number | undefined;
}

/** Answer, in the form that its request asks for. */
export interface OipAnswer {
  readonly model: string;
  readonly version: string;
  readonly outputs: readonly Tensor[];
  readonly id: string | undefined;
  readonly wanted: OipRequest['outputs'];
  readonly isBinary: boolean;
  /** Maximum bytes of the body. */
  readonly most: number;
}

/**
 * Writes an answer in the form that its request asks for. Throws `inference.unsupported` for values that JSON
 * can't represent, and `request.too-large` before it exceeds the bound.
 */
export function writeInferResponse(answer: OipAnswer): OipBody {
  const { model, version, outputs, id, wanted, isBinary, most } = answer;
  const own = id === undefined ? '' : `,"id":${JSON.stringify(id)}`;
  const text = new AnswerText(most);
  const behind: Tensor[] = [];
  text.add(
    `{"model_name":${JSON.stringify(model)},"model_version":${JSON.stringify(version)}${own},"outputs":[`,
  );
  for (const [index, output] of outputs.entries()) {
    const { name, datatype, shape, data } = output;
    text.add(
      `${index > 0 ? ',' : ''}{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${shape.join(',')}],`,
    );
    if (wanted?.[index]?.isBinary ?? isBinary) {
      const length = bytesOf(output);
      text.count(length);
      behind.push(output);
      text.add(`"parameters":{"binary_data_size":${length}}}`);
    } else {
      text.add('"data":');
      text.addTensor(output, strictTexts, [data.length]);
      text.add('}');
    }
  }
  text.add(']}');
  const json = text.end();
  if (behind.length === 0) return { body: json, headerLength: undefined };
  const header = Buffer.from(json);
  return { body: Buffer.concat([header, ...behind.map(dataToBytes)]), headerLength: header.length };
}

/** Returns values as JSON; throws if one is not finite. */
function strictTexts({ name, datatype, data }: Tensor): readonly string[] {
  return valuesToJson(name, datatype, data);
}
