import { numberOf } from '@murmuration/inference-client/tensors/lossless-json';
import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Maximum inputs, and outputs, that a request names. */
export const mostTensors = 1_024;

/**
 * Refuses extensions of Triton that would change the answer and that this server lacks:
 * `inference.unsupported`.
 */
export function refuseParameters(parameters: Readonly<Record<string, unknown>>): void {
  for (const name of ['shared_memory_region', 'classification'])
    if (parameters[name] !== undefined)
      throw new MurmurationError('inference.unsupported', `This server does not have the extension ${name}.`);
}

/**
 * Returns the parameter `timeout` in ms, given in microseconds as in Triton; undefined if there is none.
 * Throws `inference.input`.
 */
export function readTimeout(value: unknown): number | undefined {
  const number = numberOf(value);
  if (value === undefined || number === 0) return undefined;
  if (number === undefined || !(number > 0))
    refuseInput('The parameter timeout is a number of microseconds.');
  return Math.max(1, Math.ceil(number / 1_000));
}

/** Refuses a model or configuration sent along with a load request: `inference.unsupported`. */
export function refuseLoadParameters(parameters: object | undefined): void {
  if (parameters !== undefined && Object.keys(parameters).length > 0)
    throw new MurmurationError(
      'inference.unsupported',
      'Models are loaded as their source has them: a configuration or files can not be sent along.',
    );
}

/** Refuses a named repository, since the only one has no name: `inference.unsupported`. */
export function refuseRepository(name: string): void {
  if (name !== '')
    throw new MurmurationError(
      'inference.unsupported',
      'There is one repository, which has no name: leave repository_name empty.',
    );
}
