/** A token that may come next; the score is its logit. */
export interface Suggestion {
  readonly token: number;
  readonly score: number;
}

/** What a predictor remembers of a sequence, as numbers that it alone reads. */
export type SequenceState = Float32Array | Int32Array;

/** A next-token model in use, one token at a time. */
export interface Predictor {
  /** Tokens that can be suggested: 0 … tokens − 1. */
  readonly tokens: number;
  /** Begins a new sequence. Before its first token all scores are 0. */
  begin(): void;
  /** Takes the sequence's next token. Throws `RangeError` for one that the model does not know. */
  next(token: number): void;
  /** What it remembers of the tokens since `begin`, one at least; it stays as it is when more of them come. */
  state(): SequenceState;
  /** Goes on from a state of its own, to the same bytes as if it read the tokens of it again. */
  resume(state: SequenceState): void;
  /** Scores (logits) of all tokens. */
  scores(): Float32Array;
  /** Probabilities of the tokens from `first` on, 0 below; scores that are no numbers count as the least likely. */
  probabilities(first: number): Float32Array;
  /** The `count` tokens of the highest scores, the highest first; of equal ones the smaller token. Only tokens from `from` on. */
  top(count: number, from?: number): Suggestion[];
}

/** Throws `RangeError` unless `token` is one of 0 … `tokens` − 1. */
export function requireToken(token: number, tokens: number): void {
  if (!(Number.isInteger(token) && token >= 0 && token < tokens))
    throw new RangeError(`The token ${token} is not one of the model's ${tokens}.`);
}
