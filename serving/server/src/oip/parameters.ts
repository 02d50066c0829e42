import { numberOf } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Inputs and outputs that a request names at most. */
export const mostTensors = 1_024;

/** Refuses extensions of Triton that would change the answer, and that this server does not have: `inference.unsupported`. */
export function refuseParameters(parameters: Readonly<Record<string, unknown>>): void {
  for (const name of ['shared_memory_region', 'classification'])
    if (parameters[name] !== undefined)
      throw new MurmurationError('inference.unsupported', `This server does not have the extension ${name}.`);
}

/** ms of the parameter `timeout`, which is in microseconds as in Triton; undefined for none. Throws `inference.input`. */
export function readTimeout(value: unknown): number | undefined {
  const number = numberOf(value);
  if (value === undefined || number === 0) return undefined;
  if (number === undefined || !(number > 0))
    refuseInput('The parameter timeout is a number of microseconds.');
  return Math.max(1, Math.ceil(number / 1_000));
}

/** Refuses a model, or what changes one, that is sent along with its load: `inference.unsupported`. */
export function refuseLoadParameters(parameters: object | undefined): void {
  if (parameters !== undefined && Object.keys(parameters).length > 0)
    throw new MurmurationError(
      'inference.unsupported',
      'Models are loaded as their source has them: a configuration or files can not be sent along.',
    );
}

/** Refuses a repository by name, since there is one: `inference.unsupported`. */
export function refuseRepository(name: string): void {
  if (name !== '')
    throw new MurmurationError(
      'inference.unsupported',
      'There is one repository, which has no name: leave repository_name empty.',
    );
}
