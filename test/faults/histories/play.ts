import { openMembers } from '@murmuration/rounds/round/phases/buffering';
import { graceOf } from '@murmuration/rounds/round/phases/collecting';
import { seededRandom } from '../../seeded-random.ts';
import type { Life } from './life.ts';
import { devices, type Kind, type Operation, type Setting } from './operations.ts';
import type { Phone } from './phone.ts';
import { checkIn, deliver, leave, revoke, send, submit } from './sending.ts';
import { intrude, refused } from './strangers.ts';
import { codeOf, World } from './world.ts';

/** Devices that come when a history is over, and with which a round must then be published: a whole cohort. */
const freshDevices = 6;
/** ms for which a timer may be set to try a write again. */
const longestRetry = 10_000;

/** What a history came to. */
export interface Played {
  /** How its rounds ended, in order. */
  readonly outcomes: readonly string[];
  readonly published: number;
  readonly crashes: number;
}

const phaseOf = {
  keys: 'keys',
  shares: 'shares',
  update: 'updates',
  agree: 'agreement',
  reveal: 'unmasking',
} as const;
const kindOf: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(phaseOf).map(([kind, phase]) => [phase, kind as Kind]),
);

/** Something did not hold. */
export class Violation extends Error {
  /** The operations of the history that led to it; undefined where that showed only after its end. */
  readonly operations: number | undefined;

  constructor(what: string, operations: number | undefined) {
    super(what);
    this.operations = operations;
  }
}

/**
 * Plays a history, and checks after each operation what must hold whatever happens; at its end everything works again, and a
 * healthy cohort's round must be published. Throws a `Violation` that says what did not hold, and after which operation.
 */
export async function play(setting: Setting, history: readonly Operation[]): Promise<Played> {
  const world = new World(setting);
  await world.open(devices);
  const stranger = seededRandom(setting.seed + 2);
  for (const [i, operation] of history.entries()) {
    await perform(world, operation, stranger);
    await check(world, `operation ${i}, ${operation.join(' ')}`, i + 1);
  }
  await recover(world);
  await check(world, 'the end');
  await world.stop('stop');
  world.endIdle();
  world.lineage.requireAllAcknowledged();
  if (world.kept.underWay.size > 0 || (await world.kept.rounds.underWay()).length > 0)
    world.ledger.violate('something of a round is left in the storage');
  if (world.clock.pending > 0) world.ledger.violate(`${world.clock.pending} timers are left`);
  await check(world, 'the last stop');
  const { lineage, crashes } = world;
  return { outcomes: lineage.outcomes, published: lineage.published, crashes };
}

async function perform(
  world: World,
  operation: Operation,
  stranger: (length: number) => Uint8Array,
): Promise<void> {
  const { clock, kept, phones } = world;
  const life = world.up;
  const phone = (index: number) => phones[index]!;
  const others = (absent: readonly number[]) =>
    phones.filter((_, index) => index < devices && !absent.includes(index));
  switch (operation[0]) {
    case 'CheckIn':
      await checkIn(world, phone(operation[1]));
      break;
    case 'CheckInBut':
      for (const each of others(operation[1])) await checkIn(world, each);
      break;
    case 'Submit':
      submit(world, phone(operation[1]));
      break;
    case 'SubmitBut':
      for (const each of others(operation[1])) submit(world, each);
      break;
    case 'Leave':
      leave(world, phone(operation[1]));
      break;
    case 'Revoke':
      revoke(world, phone(operation[1]));
      break;
    case 'Disconnect':
      life?.disconnect(phone(operation[1]).id);
      break;
    case 'Reconnect':
      life?.disconnect(phone(operation[1]).id);
      await world.connect(phone(operation[1]));
      break;
    case 'Repeat':
    case 'Alter': {
      const sender = phone(operation[1]);
      const own = sender.sent.filter(({ isAltered }) => !isAltered);
      const message = own.at(-1 - (operation[2] % Math.max(1, own.length)));
      if (!message || !life) break;
      if (operation[0] === 'Repeat') repeat(world, sender, message);
      else {
        const other = sender.altered(message);
        if (other) send(world, sender, other);
      }
      break;
    }
    case 'Garble': {
      const { part } = phone(operation[1]);
      const phase = life?.rounds.current?.state.phase;
      const kind = kindOf[phase ?? ''] ?? 'update';
      if (part && life)
        await refused(world, life, () =>
          deliver(life, phone(operation[1]), part, kind, phone(operation[1]).noise()),
        );
      break;
    }
    case 'Stray': {
      const [, index, kind] = operation;
      const { part } = phone(index);
      const current = life?.rounds.current;
      if (!part || !life || current?.state.phase === phaseOf[kind]) break;
      if (!part.assignment.plan.masking && kind !== 'update') break;
      await refused(world, life, () =>
        deliver(life, phone(index), part, kind, phone(index).stray(part, kind)),
      );
      break;
    }
    case 'Stranger':
      if (life) await intrude(world, life, phone(operation[1]), operation[2], stranger);
      break;
    case 'Advance':
      await clock.advance(operation[1]);
      break;
    case 'Crash':
      world.crash(operation[1]);
      break;
    case 'CrashAtWrite':
      if (life && world.isDurable) kept.dieAt(operation[1], operation[2]);
      break;
    case 'StopGracefully':
      if (world.isDurable) await world.stop();
      break;
    case 'Restart':
      await world.boot();
      break;
    case 'SlowWrites':
      kept.latency = operation[1];
      break;
    case 'FailWrites':
      kept.failing = operation[1];
      break;
    case 'LoseAnswers':
      kept.unheard = operation[1];
      break;
    case 'CutOff':
      world.cutOff(operation[1]);
      break;
    case 'Mend':
      world.mend();
      break;
    case 'LoseLease':
      world.loseLease();
      break;
    case 'SlowLeases':
      world.slowLeases(operation[1]);
      break;
    case 'Abort':
    case 'Pause':
    case 'Unpause':
    case 'BeginNow':
      if (life) steer(world, life, operation[0]);
  }
  await clock.advance(0);
}

/** The same bytes again count no second time. */
function repeat(world: World, sender: Phone, message: Phone['sent'][number]): void {
  const life = world.up;
  const driver = life?.rounds.current;
  const before = driver?.state;
  const wasTaken = message.status === 'acknowledged';
  send(world, sender, message);
  const after = driver?.state;
  // What another cell has taken by now, one that does not know of it takes as new, and acknowledges to nobody.
  if (life && world.isUnaware(life)) return;
  if (wasTaken && before && after && 'quorum' in before && 'quorum' in after)
    if (before.quorum.accepted !== after.quorum.accepted)
      world.ledger.violate('a repeated message is counted again');
}

function steer(world: World, { control }: Life, what: 'Abort' | 'Pause' | 'Unpause' | 'BeginNow'): void {
  const { name } = world.task;
  const acts = {
    Abort: () => control.abort(name, 'An operator ended the round.'),
    Pause: () => control.pause(name),
    Unpause: () => control.unpause(name),
    BeginNow: () => control.begin(name),
  };
  const life = world.up!;
  world.request(life, acts[what], error => {
    if (error !== undefined && !codeOf(error)?.match(/^(round|server|storage)\./))
      world.ledger.violate(`${what} fails with ${error}`);
  });
}

/** Everything works again, and whoever may takes part: the first round that begins then is published. */
async function recover(world: World): Promise<void> {
  const { clock, kept, ledger } = world;
  kept.heal();
  world.slowLeases(0);
  world.mend();
  await clock.advance(longestRetry + 2_000);
  await world.boot();
  // Cells leave a free task to others for a moment.
  if (world.leases) await clock.advance(5_000);
  const life = world.up;
  if (!life) return ledger.violate('the coordinator does not come up');
  const since = clock.now();
  steer(world, life, 'Unpause');
  await world.enrol(freshDevices);
  const healthy = () => [...kept.records.values()].find(({ startedAt }) => startedAt >= since);
  for (let tries = 0; !healthy() && tries < 40; tries++) {
    for (const phone of world.phones) if (!world.doomed.has(phone.id)) await checkIn(world, phone);
    for (let step = 0; step < 5; step++) {
      await clock.advance(0);
      for (const phone of world.phones) submit(world, phone);
    }
    await clock.advance(tries < 4 ? 1_000 : 4_000);
  }
  const record = healthy();
  if (!record) ledger.violate('no round of healthy devices came to its end');
  else if (record.outcome === 'failed')
    ledger.violate(`the round of healthy devices failed: ${record.failure!.reason}`);
}

/** What must hold whatever has happened. */
async function check(world: World, after: string, operations?: number): Promise<void> {
  const { kept, clock, ledger, lineage } = world;
  await lineage.follow();
  const life = world.up;
  if (life) {
    const { pool, rounds } = life;
    if (pool.size > life.connections) ledger.violate('somebody waits for an assignment who is not connected');
    const { pending } = life.clock;
    const mayRetry = clock.now() - kept.failedAt <= longestRetry;
    const { state } = rounds.current ?? {};
    // Where a masked round only waits for those whose connection is gone, it has one more.
    // A buffer has those who hear in a moment that their update counts, and waits for its time to close.
    const told = rounds.task.buffer ? devices + freshDevices + 1 : 0;
    const own = (state && 'cohort' in state && graceOf(state) !== undefined ? 2 : 1) + told;
    if (pending > (mayRetry ? own + 3 : own)) ledger.violate(`${pending} timers are set`);
    const isOver = !state || state.phase === 'published' || state.phase === 'failed';
    const isUpdates = state?.phase === 'updates' && 'cohort' in state;
    const isQuiet = rounds.task.buffer && isUpdates && openMembers(state).length === 0;
    // An answer of the storage wakes it, once that comes through.
    const isCutOff = life.isCutOff;
    const mustWake =
      isQuiet || isCutOff
        ? false
        : state && 'quorum' in state
          ? true
          : isOver && !rounds.isPaused && kept.inFlight === 0;
    // Of unmasked updates the last one waits for the next.
    // A grace that is over, though without those who are away the masks could not be taken off, has left no timer: one of as many as these may be
    // that of a write that failed, as long as one may be tried again.
    const others = mayRetry ? 1 + told : own;
    const isWritten = kept.inFlight > 0 || pending > others || !state || !('cohort' in state);
    if (world.waiting > 0 && !isWritten && !isCutOff && rounds.task.masking)
      ledger.violate('devices wait for what nobody writes');
    if (mustWake && pending === 0)
      ledger.violate(`no timer is set while ${state?.phase ?? 'no round is there'}`);
  }
  if (ledger.violations.size > 0)
    throw new Violation(`After ${after}: ${[...ledger.violations].join('; ')}.`, operations);
}
