import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Holder of the token that a request was let in with. */
export interface Holder {
  /** Token id; empty if none was needed. */
  readonly id: string;
  /** Names of the models that the token is for; null: all. */
  readonly models: readonly string[] | null;
}

/** Holder of a request that is let in without a token. */
export const anybody: Holder = { id: '', models: null };

export function isFor({ models }: Holder, model: string): boolean {
  return models === null || models.includes(model);
}

/** Throws `inference.forbidden` if the token is not for this model; `what` names it in the message. */
export function requireModel(holder: Holder, model: string, what = `the model ${model.slice(0, 128)}`): void {
  if (isFor(holder, model)) return;
  refuse(holder, what);
}

/** Throws `inference.forbidden` if the token is not for all models. */
export function requireAll(holder: Holder): void {
  if (holder.models !== null) refuse(holder, 'all models');
}

function refuse({ models }: Holder, what: string): never {
  const names = models ?? [];
  throw new MurmurationError(
    'inference.forbidden',
    `This is about ${what}; the token is only for ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}.`,
  );
}
