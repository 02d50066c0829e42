import { lossesIn } from '@murmuration/simulations/behaviour/losses';
import { dialogue } from '@murmuration/simulations/data/dialogue';
import type { StartOptions } from '../demonstration/start-options.ts';
import { Phones } from '../phones/phones.ts';

/** Sentences that the visitor has written. */
const sentences = 60;

/**
 * Creates a visitor who writes as people in television series talk, and takes part from the order to learn
 * on.
 */
export function scriptedVisitor(
  enrolmentToken: string,
  { devices, seed, engine }: Pick<StartOptions, 'devices' | 'seed' | 'engine'>,
): Phones {
  return new Phones({
    enrolmentToken,
    seed,
    kept: null,
    engine,
    losses: lossesIn('updates', 0),
    platform: 'node',
    phones: [{ number: devices, messages: dialogue().slice(0, sentences) }],
  });
}
