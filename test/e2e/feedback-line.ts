import type { FeedbackExamples } from '@murmuration/coordinator';
import line from './central-line.ts';

/** A request about a point, and where it turned out to lie, is an example. */
export default {
  objective: line.objective,
  example({ inputs, outcome }) {
    const [tensor] = Object.values(inputs);
    return typeof outcome === 'number' ? ([Number(tensor!.data[0]), outcome] as const) : null;
  },
} satisfies FeedbackExamples<readonly [x: number, y: number]>;
