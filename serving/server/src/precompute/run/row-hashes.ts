import { hash } from 'node:crypto';
import type { NumericData } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';

/** Characters of a base64url hash that are kept: 132 bits. */
const hashLength = 22;

/** Hashes each row of the inputs, with the model, the datatypes and the shapes. */
export function rowHashes(model: string, inputs: readonly Tensor[], rows: number): readonly string[] {
  const described = inputs.map(({ name, datatype, shape }) => `${name} ${datatype} ${shape.slice(1)}`);
  const head = Buffer.from([model, ...described].join('\n'));
  const [only] = inputs;
  if (inputs.length === 1 && only && ArrayBuffer.isView(only.data))
    return numericHashes(head, only.data, rows);
  return Array.from({ length: rows }, (_, row) =>
    digest(Buffer.concat([head, ...inputs.map(input => rowBytes(input, row, rows))])),
  );
}

/** Hashes rows without a copy for each. */
function numericHashes(head: Buffer, data: NumericData, rows: number): readonly string[] {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const width = rows === 0 ? 0 : bytes.length / rows;
  const whole = Buffer.alloc(head.length + width);
  head.copy(whole);
  const hashes: string[] = new Array(rows);
  for (let row = 0; row < rows; row++) {
    whole.set(bytes.subarray(row * width, (row + 1) * width), head.length);
    hashes[row] = digest(whole);
  }
  return hashes;
}

function rowBytes({ data }: Tensor, row: number, rows: number): Buffer {
  if (ArrayBuffer.isView(data)) {
    const width = data.byteLength / rows;
    return Buffer.from(data.buffer as ArrayBuffer, data.byteOffset + row * width, width);
  }
  const strings = data as readonly Uint8Array[];
  const width = strings.length / rows;
  const own = strings.slice(row * width, (row + 1) * width);
  // Lengths before bytes, so that different lists of texts have different hashes.
  const lengths = Buffer.from(Uint32Array.from(own, ({ length }) => length).buffer);
  return Buffer.concat([lengths, ...own]);
}

function digest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url').slice(0, hashLength);
}
