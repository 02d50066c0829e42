import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import { assigned, largestCovariate, maxKeyLength } from '../experiments/assignment.ts';
import type { KeyField, ServedExperiment, Variant } from '../experiments/experiment.ts';
import { type InferRequest, textAt, valueAt } from './request.ts';
import { namedId } from './request-id.ts';

/** Versions that experiments choose for a request. */
export interface Chosen {
  /** Version that answers; undefined: the standard one. */
  readonly version: string | undefined;
  readonly variant: Variant | undefined;
  /** Version that also runs, with its answer discarded. */
  readonly shadow: (Variant & { readonly version: string }) | undefined;
}

const nothing: Chosen = { version: undefined, variant: undefined, shadow: undefined };

/**
 * Chooses the variants of requests. A request without a key gets its own, so it is split independently of its
 * sender's others.
 */
export class Variants {
  #requests = 0;

  /**
   * Chooses the variants of a request; none if it names a version. Throws `inference.input` for a covariate
   * that is not a number.
   */
  of(request: InferRequest, experiments: readonly ServedExperiment[] = []): Chosen {
    if (experiments.length === 0 || request.version !== undefined) return nothing;
    let { version, variant, shadow } = nothing;
    let own: string | undefined;
    for (const experiment of experiments) {
      const named = textAt(request, experiment.key)?.slice(0, maxKeyLength);
      if (named === undefined) own ??= this.#ownKey(request);
      const key = named ?? own ?? '';
      const part = assigned(experiment, key);
      if (!part) continue;
      if (experiment.kind === 'mirror') shadow ??= part;
      else if (variant === undefined) {
        const covariate = covariateOf(request, experiment.covariate);
        ({ version, ...variant } = covariate === undefined ? part : { ...part, covariate });
      }
    }
    return { version, variant, shadow };
  }

  #ownKey(request: InferRequest): string {
    this.#requests += 1;
    return `request ${namedId(request) ?? this.#requests}`;
  }
}

/**
 * Returns the covariate in a request; undefined if it has none. Throws `inference.input` if it is not a
 * number.
 */
function covariateOf(request: InferRequest, field: KeyField | undefined): number | undefined {
  const value = field && (valueAt(request, field) ?? undefined);
  if (!field || value === undefined || value === '') return undefined;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) <= largestCovariate))
    return refuseInput(
      `The ${field.in} ${field.name} is no number from −10¹² to 10¹²: an experiment takes it for what was known before; leave it out where nothing was.`,
    );
  return number;
}
