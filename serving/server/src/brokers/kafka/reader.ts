import { damaged } from './unpacked.ts';

/** Reads the types of Kafka's protocol in sequence. Throws if the bytes end too early. */
export class KafkaReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#pass(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#pass(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#pass(8));
  }

  /** Reads a zigzag varint of up to 64 bits; above 53 bits it is not exact. */
  varint(): number {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.#bytes.readUInt8(this.#pass(1));
      value += (byte & 127) * 128 ** index;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw damaged();
  }

  take(length: number): Buffer {
    const start = this.#pass(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Reads length-prefixed bytes; null if the length is -1. */
  bytes(): Buffer | null {
    const length = this.varint();
    return length === -1 ? null : this.take(length);
  }

  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }

  array<Item>(item: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(item());
    return items;
  }

  #pass(length: number): number {
    const start = this.#at;
    if (length < 0 || length > this.#bytes.length - start) throw damaged();
    this.#at += length;
    return start;
  }
}
