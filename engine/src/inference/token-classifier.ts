import type { Classifier } from './classifier.ts';
import { KeptStates } from './kept-states.ts';
import type { Predictor } from './predictor.ts';

/** Somebody who types takes back some of the last words, and goes on: so many of the last states of an input are kept. */
const lastStates = 4;
/** Those of four inputs, which may be asked about in turns. */
const mostStates = 4 * lastStates;

/** A classifier over tokens, which reads what is new of an input. @param dispose frees the predictor. */
export function tokenClassifier(predictor: Predictor, dispose: () => void): Classifier {
  const states = new KeptStates(mostStates);
  /** Goes on behind the longest beginning that is known; the number of its tokens. */
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
    // These are of examples, of which none is asked about again: they keep nothing.
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
