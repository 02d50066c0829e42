/** Token that may come next; the score is its logit. */
export interface Suggestion {
  readonly token: number;
  readonly score: number;
}

/** State of a sequence, in a format that only its predictor reads. */
export type SequenceState = Float32Array | Int32Array;

/** Next-token model in use, one token at a time. */
export interface Predictor {
  /** Number of tokens that can be suggested: 0 … tokens − 1. */
  readonly tokens: number;
  /** Begins a new sequence. Before its first token all scores are 0. */
  begin(): void;
  /** Takes the sequence's next token. Throws `RangeError` for one that the model does not know. */
  next(token: number): void;
  /** Copies the state after the tokens since `begin`, at least one. */
  state(): SequenceState;
  /** Goes on from one of its own states; gives the same bytes as reading its tokens again. */
  resume(state: SequenceState): void;
  /** Scores (logits) of all tokens. */
  scores(): Float32Array;
  /** Probabilities of the tokens from `first` on, 0 below; NaN scores count as the least likely. */
  probabilities(first: number): Float32Array;
  /**
   * Finds the `count` tokens of the highest scores, the highest first; of equal scores the smaller token
   * wins. Only tokens from `from` on.
   */
  top(count: number, from?: number): Suggestion[];
}

/** Throws `RangeError` unless `token` is one of 0 … `tokens` − 1. */
export function requireToken(token: number, tokens: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < tokens))
    throw new RangeError(`The token ${token} is not one of the model's ${tokens}.`);
}
