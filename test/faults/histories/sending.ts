import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { Part } from './ledger.ts';
import type { Life } from './life.ts';
import type { Message, Phone } from './phone.ts';
import { codeOf, type World } from './world.ts';

/** What an honest message may be refused with. */
const fair = /^(storage\.|server\.|device\.revoked$|round\.(closed|unknown)$|assignment\.(unknown|left)$)/;

/** A device offers to take part. */
export async function checkIn(world: World, phone: Phone): Promise<void> {
  if (!(await world.connect(phone))) return;
  const life = world.up;
  // Meanwhile another cell may have become the one that leads.
  if (!life?.isConnected(phone.id)) return;
  const isBusy = life.rounds.current?.involves(phone.id);
  const { decision } = life.checkIn(phone.id);
  if (isBusy && decision !== 'later') world.ledger.violate('a device of the cohort is let wait for another');
}

/** A device does what it can do next. */
export function submit(world: World, phone: Phone): void {
  let message: Message | undefined;
  try {
    message = phone.next();
  } catch (error) {
    const code = codeOf(error);
    if (!code) throw error;
    if (code === 'secagg.agreement' || code === 'secagg.statement')
      world.ledger.violate(`a device hears what it can't agree to: ${error}`);
    leave(world, phone);
  }
  if (message) send(world, phone, message);
}

/** A device gives up its part. */
export function leave(world: World, phone: Phone): void {
  const { part } = phone;
  const life = world.up;
  if (!part || !life?.isConnected(phone.id)) return;
  const isBare = part.updates.size === 0;
  const { round, assignment } = part.assignment;
  world.request(
    life,
    async () => life.find(round, assignment).leave(phone.id, assignment),
    error => {
      if (error === undefined) {
        if (isBare) world.ledger.barred(part, life);
      } else if (!fair.test(codeOf(error) ?? '')) world.ledger.violate(`a leave is refused: ${error}`);
    },
  );
}

/** An operator takes a device out of the population. */
export function revoke(world: World, phone: Phone): void {
  const life = world.up;
  if (!life || world.revoked.has(phone.id)) return;
  const { part } = phone;
  const isBare = part?.updates.size === 0 && life.rounds.current?.involves(phone.id);
  world.doomed.add(phone.id);
  world.revoking.add(phone.id);
  world.request(
    life,
    () => life.revoke(phone.id),
    error => {
      if (error === undefined) {
        world.revoked.add(phone.id);
        if (isBare && part) world.ledger.barred(part, life);
      } else if (!codeOf(error)?.match(/^(storage|server)\./))
        world.ledger.violate(`a revocation fails: ${error}`);
    },
  );
}

/** Sends what a device has made, and keeps account of the answer. */
export function send(world: World, phone: Phone, message: Message): void {
  const life = world.up;
  const { part, kind, bytes } = message;
  if (!life || (kind !== 'update' && !life.isConnected(phone.id))) return;
  // What it has sent before counts.
  const isRevoked = world.revoking.has(phone.id);
  world.request(
    life,
    () => deliver(life, phone, part, kind, bytes),
    error => {
      if (error === undefined) {
        message.status = 'acknowledged';
        if (isRevoked) world.ledger.violate('a message of a revoked device is taken');
        return world.ledger.acknowledged(part, kind, bytes);
      }
      if (!(error instanceof MurmurationError)) return world.ledger.violate(`${kind} fail with ${error}`);
      const isHonest =
        !message.isAltered && !phone.sent.some(other => other.part === part && other.isAltered);
      if (isHonest && !fair.test(error.code))
        world.ledger.violate(`honest ${kind} are refused: ${error.code}`);
      if (!error.retryable) message.status = 'refused';
    },
  );
}

/** The way of a message into the coordinator. */
export async function deliver(life: Life, phone: Phone, own: Part, kind: Message['kind'], bytes: Uint8Array) {
  const { round, assignment, token } = own.assignment;
  if (kind === 'update')
    return life.upload(round, assignment, { token, signature: phone.signature(own) }, bytes);
  const { publicKey } = phone.identity;
  const owner = { id: phone.id, publicKey, certificate: undefined };
  return life.find(round, assignment).contribute(owner, assignment, kind, bytes);
}
