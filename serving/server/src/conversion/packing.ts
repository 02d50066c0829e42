import { dataFromBytes, dataToBytes } from '@murmuration/inference-client/tensors/binary-data';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Tensor in transit to another thread; packed because cloning many strings takes long. */
interface PackedTensor extends Omit<Tensor, 'data'> {
  readonly count: number;
  readonly packed: Uint8Array;
}

type Message = Readonly<Record<string, unknown>>;

/**
 * Packs the input or output of a conversion as a message to another thread; `buffers` are to be transferred
 * with it.
 */
export function packed(value: object): { readonly message: Message; readonly buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  const own = (bytes: Uint8Array): Uint8Array => {
    const copy = new Uint8Array(bytes);
    buffers.push(copy.buffer);
    return copy;
  };
  const message = mapped(value, field => {
    if (field instanceof Uint8Array) return own(field);
    if (!Array.isArray(field) || !isTensor(field[0])) return field;
    return (field as readonly Tensor[]).map(({ data, ...head }): PackedTensor => {
      return { ...head, count: data.length, packed: own(dataToBytes({ datatype: head.datatype, data })) };
    });
  });
  return { message, buffers };
}

/** Returns the value of a message. */
export function unpacked(message: object): Message {
  return mapped(message, field => {
    if (field instanceof Uint8Array) return Buffer.from(field.buffer, field.byteOffset, field.length);
    if (!Array.isArray(field) || !isPacked(field[0])) return field;
    return (field as readonly PackedTensor[]).map(({ count, packed: bytes, ...head }): Tensor => {
      return { ...head, data: dataFromBytes(head.name, head.datatype, count, bytes) };
    });
  });
}

function mapped(value: object, map: (field: unknown) => unknown): Message {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, map(field)]));
}

function isTensor(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'datatype' in value && 'data' in value;
}

function isPacked(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'datatype' in value && 'packed' in value;
}
