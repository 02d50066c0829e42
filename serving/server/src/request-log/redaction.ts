import type { Datatype } from '@murmuration/inference-client/tensors/datatype';

/** What of requests and answers is meant: of a model, or of all by `*`, things by their names, or all by `*`. */
export interface Rule {
  readonly model: string;
  readonly tensors: readonly string[];
  readonly parameters: readonly string[];
  readonly headers: readonly string[];
}

/** A header or parameter that says whom a request is about. */
export interface PersonField {
  readonly in: 'header' | 'parameter';
  readonly name: string;
}

type Kind = 'tensors' | 'parameters' | 'headers';

const secrets =
  /authori[sz]ation|authentication|cookie|token|secret|passw|(?:api|subscription|functions|access)[-_]?key|credential|session|jwt|assertion|oidc|signature/i;

/** Headers that say how a request came, and of which `*` speaks: what proxies and apps add besides may let others in, or say who somebody is. */
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

/** Whether something of this name may hold what lets others in: it is never logged, whatever a rule says. */
export function isSecret(name: string): boolean {
  return secrets.test(name);
}

/** What may be logged of a request: nothing but what a rule allows, and no other forbids. */
export class Redaction {
  readonly #allow: readonly Rule[];
  readonly #redact: readonly Rule[];
  readonly #person: PersonField | null;

  constructor(allow: readonly Rule[], redact: readonly Rule[], person: PersonField | null) {
    this.#allow = allow;
    this.#redact = redact;
    this.#person = person;
  }

  /** Texts and other bytes have to be allowed by their name: `*` means numbers. */
  tensor(model: string, name: string, datatype: Datatype): boolean {
    return this.#may(model, 'tensors', name, datatype !== 'BYTES');
  }

  parameter(model: string, name: string): boolean {
    return this.#mayField(model, 'parameter', name);
  }

  /** `name` in small letters. */
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
