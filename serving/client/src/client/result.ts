import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Tensor } from '../tensors/tensor.ts';
import { numbersOf, textsOf } from '../tensors/values.ts';
import type { WireResponse } from '../wire/response.ts';

/** Answer of a model. */
export class InferenceResult {
  readonly model: string;
  /** Version that answered; null if the server names none. */
  readonly version: string | null;
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];

  constructor({ model, version, id, outputs }: WireResponse) {
    this.model = model;
    this.version = version;
    this.id = id;
    this.outputs = outputs;
  }

  /** Output by its name. Throws `inference.answer` if the server sent none, and lists those that it sent. */
  output(name: string): Tensor {
    const found = this.outputs.find(output => output.name === name);
    if (found) return found;
    const names = this.outputs.map(output => `"${output.name}"`).join(', ');
    throw new MurmurationError(
      'inference.answer',
      `The answer has no output "${name}"; it has ${names || 'none'}.`,
    );
  }

  /**
   * Elements of an output as numbers, in row-major order. Throws as `output` does, and `inference.input` for
   * texts.
   */
  numbers(name: string): readonly number[] {
    return numbersOf(this.output(name));
  }

  /** Elements of an output as texts. Throws as `output` does, and `inference.input` for numbers. */
  texts(name: string): readonly string[] {
    return textsOf(this.output(name));
  }
}
