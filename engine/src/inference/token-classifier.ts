import type { Classifier } from './classifier.ts';
import { KeptStates } from './kept-states.ts';
import type { Predictor } from './predictor.ts';

/** States kept per input: a user who types often deletes the last words and goes on. */
const lastStates = 4;
/** States kept in all: those of four inputs, which may take turns. */
const mostStates = 4 * lastStates;

/**
 * Classifier over tokens, which reads only what is new in an input.
 * @param dispose frees the predictor.
 */
export function tokenClassifier(predictor: Predictor, dispose: () => void): Classifier {
  const states = new KeptStates(mostStates);
  /** Resumes from the longest known beginning; returns the number of its tokens. */
  const resume = (input: readonly number[], most: number) => {
    const known = states.longest(input, most);
    if (known) predictor.resume(known.state);
    else predictor.begin();
    return known?.length ?? 0;
  };
  const says = (firstClass?: number) =>
    firstClass === undefined ? predictor.scores() : predictor.probabilities(firstClass);
  return {
    after(asked, firstClass) {
      const input = asked.slice();
      for (let read = resume(input, input.length); read < input.length; ) {
        predictor.next(input[read++]!);
        if (input.length - read < lastStates) states.keep(input, read, predictor.state());
      }
      return says(firstClass);
    },
    // Positions of examples are asked for only once, so no states are kept.
    at(input, positions, hear, firstClass) {
      let read = resume(input, positions.length > 0 ? positions[0]! + 1 : 0);
      for (const [index, position] of positions.entries()) {
        while (read <= position) predictor.next(input[read++]!);
        hear(index, says(firstClass));
      }
    },
    forget() {
      states.clear();
      predictor.begin();
    },
    dispose,
  };
}
