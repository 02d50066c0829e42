import type { NumericData } from '@murmuration/inference-client/tensors/datatype';
import type { Tensor } from '@murmuration/inference-client/tensors/tensor';
import type { LoadedModel } from '../runtime/runtime.ts';
import type { Batcher, Ran, WaitingInputs } from './batcher.ts';

/** Runs a job; if the model can't batch rows of different lengths, they run one by one. */
export function runRows(batcher: Batcher, model: LoadedModel, job: WaitingInputs): Promise<Ran> {
  const [input] = job.inputs;
  if (!job.lengths || model.takesLengths || !input) return batcher.run(job);
  return runEach(batcher, model, job, input, job.lengths);
}

async function runEach(
  batcher: Batcher,
  model: LoadedModel,
  job: WaitingInputs,
  input: Tensor,
  lengths: readonly number[],
): Promise<Ran> {
  const steps = input.shape[1] ?? 0;
  const ran = await Promise.all(
    lengths.map((length, row) => {
      const data = (input.data as Int32Array).subarray(row * steps, row * steps + length);
      return batcher.run({ ...job, inputs: [{ ...input, shape: [1, length], data }], lengths: undefined });
    }),
  );
  const outputs = model.outputs.map((_, index) =>
    stacked(ran.map(({ outputs }) => outputs[index] as Tensor)),
  );
  return { outputs, waited: Math.max(...ran.map(({ waited }) => waited)) };
}

/** Stacks the last step of each answer as rows. */
function stacked(answers: readonly Tensor[]): Tensor {
  const [first] = answers as readonly [Tensor];
  const lasts = answers.map(({ shape, data }) => {
    const width = shape.at(-1) ?? 1;
    return (data as NumericData).subarray(data.length - width) as Float32Array;
  });
  const width = first.shape.at(-1) ?? 1;
  const data = new Float32Array(answers.length * width);
  for (const [row, last] of lasts.entries()) data.set(last, row * width);
  return { ...first, datatype: 'FP32', shape: [answers.length, width], data };
}
