import type {
  EnrolmentTokenMessage,
  InferenceTokenMessage,
  OperatorTokenMessage,
} from '@murmuration/api/token';

/** Tokens by kind: for devices, operators, or programs that ask for predictions. */
export interface Tokens {
  readonly enrolment: EnrolmentTokenMessage;
  readonly operator: OperatorTokenMessage;
  readonly inference: InferenceTokenMessage;
}
export type TokenKind = keyof Tokens;
