/** A token that may come next; the score is its logit. */
export interface Suggestion {
  readonly token: number;
  readonly score: number;
}

/** A next-token model in use, one token at a time. */
export interface Predictor {
  /** Tokens that can be suggested: 0 … tokens − 1. */
  readonly tokens: number;
  /** Begins a new sequence. Before its first token all scores are 0. */
  begin(): void;
  /** Takes the sequence's next token. Throws `RangeError` for one that the model does not know. */
  next(token: number): void;
  /** Scores (logits) of all tokens. */
  scores(): Float32Array;
  /** The `count` tokens of the highest scores, the highest first; of equal ones the smaller token. Only tokens from `from` on. */
  top(count: number, from?: number): Suggestion[];
}

/** Throws `RangeError` unless `token` is one of 0 … `tokens` − 1. */
export function requireToken(token: number, tokens: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < tokens))
    throw new RangeError(`The token ${token} is not one of the model's ${tokens}.`);
}
