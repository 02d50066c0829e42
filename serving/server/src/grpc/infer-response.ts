import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import protobuf, { type Writer } from 'protobufjs';
import type { InferResponse } from '../server/request.ts';
import { bytesOf, refuseAnswer } from '../tensors/size.ts';

/** Returns the tag of a length-delimited field. */
const tag = (number: number): number => (number << 3) | 2;

/**
 * Writes a `ModelInferResponse` with the request's id, which may be empty, and at most `most` bytes of
 * elements. They are raw contents whatever the request had, as in Triton, since many clients read nothing
 * else. Throws `request.too-large` before it exceeds the bound.
 */
export function writeInferResponse(
  { model, version, outputs }: Pick<InferResponse, 'model' | 'version' | 'outputs'>,
  id: string,
  most: number,
): Buffer {
  const bytes = outputs.reduce((sum, output) => sum + bytesOf(output), 0);
  if (bytes > most) refuseAnswer(most);
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1)).string(model).uint32(tag(2)).string(version);
  if (id !== '') writer.uint32(tag(3)).string(id);
  for (const output of outputs) {
    writer.uint32(tag(5)).fork();
    writeHead(writer, output);
    writer.ldelim();
  }
  for (const output of outputs) writer.uint32(tag(6)).bytes(dataToBytes(output));
  return writer.finish() as Buffer;
}

function writeHead(writer: Writer, { name, datatype, shape }: Tensor): void {
  writer.uint32(tag(1)).string(name).uint32(tag(2)).string(datatype);
  if (shape.length === 0) return;
  writer.uint32(tag(3)).fork();
  for (const length of shape) writer.int64(length);
  writer.ldelim();
}
