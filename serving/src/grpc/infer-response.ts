import { dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import protobuf, { type Writer } from 'protobufjs';
import type { InferResponse } from '../server/request.ts';
import { bytesOf, refuseAnswer } from '../tensors/size.ts';
import { writeContents } from './contents.ts';
import type { GrpcInferRequest } from './infer-request.ts';

/** The tag of a field of texts, bytes or messages. */
const tag = (number: number): number => (number << 3) | 2;

/** An answer, and how its request asks for it. */
export interface GrpcAnswer {
  readonly model: string;
  readonly version: string;
  readonly outputs: readonly Tensor[];
  /** Empty: none. */
  readonly id: string;
  readonly isRaw: boolean;
  /** Bytes of the elements. */
  readonly most: number;
}

/** An answer of `most` bytes at most to a request. */
export function grpcAnswer(
  { model, version, outputs }: Pick<InferResponse, 'model' | 'version' | 'outputs'>,
  { id, isRaw }: Pick<GrpcInferRequest, 'id' | 'isRaw'>,
  most: number,
): GrpcAnswer {
  return { model, version, outputs, id, isRaw, most };
}

/**
 * Writes a `ModelInferResponse`: raw where the request was, and where an output has no typed contents. Throws `request.too-large`, before it
 * has made more than it may.
 */
export function writeInferResponse({ model, version, outputs, id, isRaw, most }: GrpcAnswer): Buffer {
  const goesRaw = isRaw || outputs.some(({ datatype }) => datatype === 'FP16');
  const bytes = outputs.reduce((sum, output) => sum + bytesOf(output), 0);
  if (goesRaw && bytes > most) refuseAnswer(most);
  const writer = protobuf.Writer.create();
  writer.uint32(tag(1)).string(model).uint32(tag(2)).string(version);
  if (id !== '') writer.uint32(tag(3)).string(id);
  for (const output of outputs) {
    writer.uint32(tag(5)).fork();
    writeHead(writer, output);
    if (!goesRaw) {
      writer.uint32(tag(5)).fork();
      writeContents(writer, output, most);
      writer.ldelim();
    }
    writer.ldelim();
  }
  if (goesRaw) for (const output of outputs) writer.uint32(tag(6)).bytes(dataToBytes(output));
  return writer.finish() as Buffer;
}

function writeHead(writer: Writer, { name, datatype, shape }: Tensor): void {
  writer.uint32(tag(1)).string(name).uint32(tag(2)).string(datatype);
  if (shape.length === 0) return;
  writer.uint32(tag(3)).fork();
  for (const length of shape) writer.int64(length);
  writer.ldelim();
}
