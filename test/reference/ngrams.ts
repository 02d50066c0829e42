import { hex } from '@murmuration/protocol/encoding/bytes';
import { decodeNgrams } from '@murmuration/protocol/ngrams/ngram-file';
import { NgramModel } from '@murmuration/protocol/ngrams/ngram-model';

/** The bytes of what a file of n-grams, in hexadecimal, says after each input: the same wherever it is read. */
export function lookUps(file: string, inputs: readonly (readonly number[])[]): string[] {
  const bytes = Uint8Array.from(file.match(/../g)!, byte => Number.parseInt(byte, 16));
  const model = new NgramModel(decodeNgrams(bytes));
  return inputs.map(input => {
    const values = model.probabilities(input, input.length, new Float32Array(model.classes));
    return hex(new Uint8Array(values.buffer));
  });
}
