import type { AssignmentId, RoundId } from '@murmuration/protocol/ids/ids';
import type { Life } from './life.ts';
import type { Operation } from './operations.ts';
import type { Phone } from './phone.ts';
import { codeOf, type World } from './world.ts';

/** Tries what must be refused with a code, and must leave nothing behind. */
export async function refused(world: World, life: Life, act: () => Promise<unknown>): Promise<void> {
  const traces = () => {
    const { state } = life.rounds.current ?? {};
    const accepted = state && 'quorum' in state ? state.quorum.accepted : undefined;
    return JSON.stringify([state?.phase, accepted, life.pool.size, life.clock.pending, world.kept.writes]);
  };
  const before = traces();
  world.request(life, act, error => {
    if (error === undefined) world.ledger.violate('what should be refused is taken');
    else if (!codeOf(error)) world.ledger.violate(`a refusal without a code: ${error}`);
  });
  await world.clock.advance(0);
  if (!life.isOver && traces() !== before)
    world.ledger.violate(`what was refused left traces: ${before}, then ${traces()}`);
}

/** A stranger tries to get in. */
export async function intrude(
  world: World,
  life: Life,
  phone: Phone,
  way: Extract<Operation, readonly ['Stranger', ...unknown[]]>[2],
  random: (length: number) => Uint8Array,
): Promise<void> {
  const owner = { id: phone.id, publicKey: phone.identity.publicKey, certificate: undefined };
  const id = 'A'.repeat(22);
  const driver = life.rounds.current;
  const other = world.phones.find(each => each !== phone && each.part?.assignment.round === driver?.terms.id);
  const bytes = phone.noise();
  const state = driver?.state;
  switch (way) {
    case 'round':
      await refused(world, life, async () =>
        life.find(id as RoundId, id as AssignmentId).contribute(owner, id as AssignmentId, 'keys', bytes),
      );
      await refused(world, life, () =>
        life.upload(id as RoundId, id as AssignmentId, { token: random(32) }, bytes),
      );
      break;
    case 'assignment': {
      if (!driver) return;
      const { id: round } = driver.terms;
      await refused(world, life, () => life.upload(round, id as AssignmentId, { token: random(32) }, bytes));
      await refused(world, life, async () => driver.contribute(owner, id as AssignmentId, 'keys', bytes));
      await refused(world, life, async () => driver.leave(phone.id, id as AssignmentId));
      break;
    }
    case 'token': {
      if (!other?.part) return;
      const { round, assignment } = other.part.assignment;
      const update = other.stray(other.part, 'update');
      await refused(world, life, () =>
        life.upload(
          round,
          assignment,
          { token: random(32), signature: other.signature(other.part!) },
          update,
        ),
      );
      break;
    }
    case 'owner': {
      if (!other?.part || !driver) return;
      const { assignment } = other.part.assignment;
      await refused(world, life, async () => driver.contribute(owner, assignment, 'shares', bytes));
      await refused(world, life, async () => driver.leave(phone.id, assignment));
      break;
    }
    case 'identity': {
      const nonce = random(32);
      await refused(world, life, () => life.connect({ ...phone.hello(nonce), device: id as never }, nonce));
      await refused(world, life, () => life.connect(phone.hello(nonce), random(32)));
    }
  }
  if (!life.isOver && life.rounds.current === driver && driver?.state !== state)
    world.ledger.violate('a stranger changed the state of a round');
}
