import { assigned, longestKey } from '../experiments/assignment.ts';
import type { KeyField, ServedExperiment, Variant } from '../experiments/experiment.ts';
import type { InferRequest } from './request.ts';
import { namedId } from './request-id.ts';

/** What experiments make of a request. */
export interface Chosen {
  /** The version that answers; undefined: the standard one. */
  readonly version: string | undefined;
  readonly variant: Variant | undefined;
  /** What answers besides, for nobody. */
  readonly shadow: (Variant & { readonly version: string }) | undefined;
}

const nothing: Chosen = { version: undefined, variant: undefined, shadow: undefined };

/** Chooses the variants of requests. A request without a key has one of its own: it is split by itself, and not with its sender's others. */
export class Variants {
  #requests = 0;

  /** Nothing, of a request that names a version. */
  of(request: InferRequest, experiments: readonly ServedExperiment[] = []): Chosen {
    if (experiments.length === 0 || request.version !== undefined) return nothing;
    let { version, variant, shadow } = nothing;
    let own: string | undefined;
    for (const experiment of experiments) {
      const named = keyOf(request, experiment.key);
      if (named === undefined) own ??= this.#ownKey(request);
      const key = named ?? own ?? '';
      const part = assigned(experiment, key);
      if (!part) continue;
      if (experiment.kind === 'mirror') shadow ??= part;
      else if (variant === undefined) ({ version, ...variant } = part);
    }
    return { version, variant, shadow };
  }

  #ownKey(request: InferRequest): string {
    this.#requests += 1;
    return `request ${namedId(request) ?? this.#requests}`;
  }
}

/** The key that came along with a request; undefined where none did. */
function keyOf({ headers, parameters }: InferRequest, field: KeyField): string | undefined {
  const value = field.in === 'header' ? headers?.[field.name] : parameters?.[field.name];
  const one = Array.isArray(value) ? value[0] : value;
  const text = typeof one === 'number' ? String(one) : one;
  return typeof text === 'string' && text !== '' ? text.slice(0, longestKey) : undefined;
}
