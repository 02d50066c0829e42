import { type Closing, fail, type RoundEvent, type Step, unchanged } from '../round.ts';

/** Waits for the new version: aggregated, evaluated and stored. */
export function closing(state: Closing, event: RoundEvent): Step {
  const { terms, tally } = state;
  switch (event.type) {
    case 'published':
      return {
        state: { phase: 'published', terms, tally, model: event.model },
        effects: [{ type: 'conclude' }],
      };
    case 'abort':
      return fail(terms, tally, 'closing', event.reason);
    default:
      return unchanged(state);
  }
}
