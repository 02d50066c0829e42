import type { Datatype } from '@murmuration/inference-client/tensors/datatype';

/** Selection of tensors, parameters and headers by name, or `*`, for one model or, with `*`, all. */
export interface Rule {
  readonly model: string;
  readonly tensors: readonly string[];
  readonly parameters: readonly string[];
  readonly headers: readonly string[];
}

/** Header or parameter that identifies the person a request is about. */
export interface PersonField {
  readonly in: 'header' | 'parameter';
  readonly name: string;
}

type Kind = 'tensors' | 'parameters' | 'headers';

const secretNames =
  /authori[sz]ation|authentication|cookie|token|secret|passw|(?:api|subscription|functions|access)[-_]?key|credential|session|jwt|assertion|oidc|signature/i;

/**
 * Headers about the form of a request, which `*` allows: others, added by proxies and apps, may hold
 * credentials or identify a person.
 */
const plainHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'host',
  'inference-header-content-length',
  'mlserver-model',
  'mlserver-version',
  'murmuration-attempt',
  'traceparent',
  'user-agent',
  'x-request-id',
]);

/** Returns true if a field of this name may hold a credential: it is never logged, whatever the rules say. */
export function isSecret(name: string): boolean {
  return secretNames.test(name);
}

/** Decides what may be logged of a request: only what a rule allows and no other rule forbids. */
export class Redaction {
  readonly #allow: readonly Rule[];
  readonly #redact: readonly Rule[];
  readonly #person: PersonField | null;

  constructor(allow: readonly Rule[], redact: readonly Rule[], person: PersonField | null) {
    this.#allow = allow;
    this.#redact = redact;
    this.#person = person;
  }

  /**
   * Returns true if a tensor's values may be logged. BYTES must be allowed by name: `*` allows only numbers.
   */
  tensor(model: string, name: string, datatype: Datatype): boolean {
    return this.#may(model, 'tensors', name, datatype !== 'BYTES');
  }

  parameter(model: string, name: string): boolean {
    return this.#mayField(model, 'parameter', name);
  }

  /** Returns true if a header may be logged; `name` is lower case. */
  header(model: string, name: string): boolean {
    return this.#mayField(model, 'header', name);
  }

  #mayField(model: string, place: PersonField['in'], name: string): boolean {
    if (isSecret(name) || (this.#person?.in === place && this.#person.name === name)) return false;
    return this.#may(model, `${place}s`, name, place === 'parameter' || plainHeaders.has(name));
  }

  #may(model: string, kind: Kind, name: string, byStar: boolean): boolean {
    const isAllowed = this.#allow.some(rule => names(rule, model, kind, name, byStar));
    return isAllowed && !this.#redact.some(rule => names(rule, model, kind, name, true));
  }
}

function names(rule: Rule, model: string, kind: Kind, name: string, byStar: boolean): boolean {
  if (rule.model !== '*' && rule.model !== model) return false;
  return rule[kind].includes(name) || (byStar && rule[kind].includes('*'));
}
