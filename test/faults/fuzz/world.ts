import type { Assignment } from '@murmuration/protocol/messages/round';
import { native } from '@murmuration/protocol/primitives/node';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import { seededRandom } from '../../seeded-random.ts';
import type { Dice } from './dice.ts';
import type { Tally } from './tally.ts';

/** With which some requests come: the operator of the coordinator under fuzz, the same in both processes. */
export const operatorToken = mintToken('operator', seededRandom(1), native);

/** Assignments that are remembered, so that some belong to rounds that are over. */
const remembered = 32;

/** What those who send garbage have in common. */
export class World {
  readonly url: string;
  readonly dice: Dice;
  readonly tally: Tally;
  /** Hashes of model versions and of their weights. */
  readonly models: string[] = [];
  readonly #assignments: Assignment[] = [];

  constructor(url: string, dice: Dice, tally: Tally) {
    this.url = url;
    this.dice = dice;
    this.tally = tally;
  }

  learn(assignment: Assignment): void {
    if (this.#assignments.some(known => known.assignment === assignment.assignment)) return;
    this.#assignments.push(assignment);
    if (this.#assignments.length > remembered) this.#assignments.shift();
  }

  /** Someone's assignment, of a round that goes on or is over; made up where there is none. */
  assignment(): Pick<Assignment, 'round' | 'assignment' | 'token'> {
    if (this.#assignments.length > 0 && !this.dice.chance(0.1)) return this.dice.pick(this.#assignments);
    const id = () => Buffer.from(this.dice.bytes(16)).toString('base64url');
    return {
      round: id() as Assignment['round'],
      assignment: id() as Assignment['assignment'],
      token: this.dice.bytes(32),
    };
  }
}
