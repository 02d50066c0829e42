import { refuseInput } from '@murmuration/inference-client/tensors/tensor';
import type { Judged, Label } from '@murmuration/monitoring/accuracy/judged';
import type { RememberedPrediction, RowGuess } from './prediction.ts';

/** Outcome of a prediction. */
export interface Outcome {
  /** Id of the prediction. */
  readonly id: string;
  /**
   * Correct answer: a class or text as the model names them, a number, true or false; for several rows, a
   * list of the same length.
   */
  readonly outcome: Label | readonly Label[];
  /** Names of the models that the sender may report on; undefined: all. */
  readonly models?: readonly string[] | undefined;
}

/** Pairs a prediction with its outcome, row by row. Throws `inference.input` if they don't fit together. */
export function judge({ rows, id }: RememberedPrediction, { outcome }: Outcome): readonly Judged[] {
  const outcomes = Array.isArray(outcome) ? (outcome as readonly Label[]) : [outcome as Label];
  if (outcomes.length !== rows.length)
    refuseInput(
      `The prediction ${id} has ${rows.length} rows; the feedback has ${outcomes.length} outcomes.`,
    );
  return rows.map((row, at) => judgeRow(row, outcomes[at] as Label));
}

function judgeRow(row: RowGuess, outcome: Label): Judged {
  if (row.kind === 'number') return judgeNumber(row.value, outcome);
  const { guesses, probabilities, classes } = row;
  const expected = typeof guesses[0];
  if (typeof outcome !== expected)
    refuseInput(
      `The outcome is a ${typeof outcome}; the model says ${expected === 'string' ? 'texts' : 'numbers of classes'}.`,
    );
  if (
    classes !== undefined &&
    !(Number.isInteger(outcome) && Number(outcome) >= 0 && Number(outcome) < classes)
  )
    refuseInput(`The outcome is not the number of one of ${classes} classes, from 0 on.`);
  return { kind: 'class', guesses, ...(probabilities && { probabilities }), outcome };
}

/** Judges one number, which may be an estimate or a probability. */
function judgeNumber(value: number, outcome: Label): Judged {
  if (typeof outcome === 'number') return { kind: 'number', predicted: value, outcome };
  if (typeof outcome !== 'boolean' || !(value >= 0 && value <= 1))
    refuseInput(
      `The outcome is a ${typeof outcome}; the model says a number; only of a probability outcomes are true or false.`,
    );
  const isLikely = value >= 0.5;
  return {
    kind: 'class',
    guesses: [isLikely, !isLikely],
    probabilities: [Math.max(value, 1 - value), Math.min(value, 1 - value)],
    outcome,
  };
}
