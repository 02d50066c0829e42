import fc from 'fast-check';
import type { CutOff } from '../../unit/coordinator/server/cells/memory-leases.ts';

/** What a history is played on. */
export interface Setting {
  readonly masked: boolean;
  /** Whether devices of a masked round agree on one statement before they reveal anything. */
  readonly agreeing: boolean;
  /** What the strategy takes: the sum of the updates, or each of them; a masked round only has the sum. */
  readonly consumes: 'sum' | 'each';
  readonly update: 'ring' | 'float32';
  /** Whether the storage is there again after a crash; without it nothing crashes or stops. */
  readonly durable: boolean;
  /** Whether devices come one by one, and go from buffer to buffer; never of a masked task. */
  readonly buffered?: boolean;
  /** Whether cells share the task, one of which has it; only where it is durable. */
  readonly cells?: boolean;
  /** Of everything random in it. */
  readonly seed: number;
}

/** How a stranger tries to get in: by a round, an assignment, a token, another's assignment or an identity that is not its own. */
const strangers = ['round', 'assignment', 'token', 'owner', 'identity'] as const;
const kinds = ['keys', 'shares', 'update', 'agree', 'reveal'] as const;

/** What a device sends. */
export type Kind = (typeof kinds)[number];

/** What the world can do to a coordinator. Devices are named by small numbers, the newest message of a device is its number 0. */
export type Operation =
  | readonly ['CheckIn' | 'Leave' | 'Disconnect' | 'Reconnect' | 'Revoke', number]
  /** A device does what it can do next: sends what was not acknowledged again, or what the phase asks for. */
  | readonly ['Submit', number]
  /** The same for everybody but some. */
  | readonly ['CheckInBut' | 'SubmitBut', readonly number[]]
  /** The same bytes again; other bytes in their place. */
  | readonly ['Repeat' | 'Alter', number, number]
  /** Noise. */
  | readonly ['Garble', number]
  /** Well-formed bytes that are not due. */
  | readonly ['Stray', number, Kind]
  | readonly ['Stranger', number, (typeof strangers)[number]]
  /** ms. */
  | readonly ['Advance', number]
  /** The coordinator is gone at once; of the writes that are under way so many are durable, and nobody hears of it. */
  | readonly ['Crash', number]
  /** The same right before or after the durable write with this number, from now on. */
  | readonly ['CrashAtWrite', number, 'before' | 'after']
  | readonly ['StopGracefully' | 'Restart']
  /** From now on each write takes so many ms; so many of the next ones fail, or only their answers are lost. */
  | readonly ['SlowWrites' | 'FailWrites' | 'LoseAnswers', number]
  /** Of the cell that has the task: nothing that it asks the storage arrives any more, no answer does, or neither; until all comes through again. */
  | readonly ['CutOff', CutOff]
  | readonly ['Mend']
  /** The storage forgets for a moment that the cell lives which has the task; its answers to that about leases take so many ms. */
  | readonly ['LoseLease']
  | readonly ['SlowLeases', number]
  /** What an operator may do. */
  | readonly ['Abort' | 'Pause' | 'Unpause' | 'BeginNow'];

/** Devices that histories name. */
export const devices = 8;

const device = fc.nat(devices - 1);
const some = fc.uniqueArray(device, { maxLength: 3 });
const constant = <Name extends string>(...names: Name[]) => fc.constantFrom(...names);
const recent = fc.nat(6);

const ofDevices: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(constant('CheckInBut'), some) },
  { weight: 14, arbitrary: fc.tuple(constant('SubmitBut'), some) },
  {
    weight: 10,
    arbitrary: fc.tuple(constant('CheckIn', 'Submit', 'Submit', 'Leave', 'Disconnect', 'Reconnect'), device),
  },
  { weight: 4, arbitrary: fc.tuple(constant('Repeat', 'Alter'), device, recent) },
  { weight: 1, arbitrary: fc.tuple(constant('Garble'), device) },
  { weight: 2, arbitrary: fc.tuple(constant('Stray'), device, fc.constantFrom(...kinds)) },
  { weight: 2, arbitrary: fc.tuple(constant('Stranger'), device, fc.constantFrom(...strangers)) },
);
const advance: fc.Arbitrary<Operation> = fc.tuple(
  constant('Advance'),
  fc.constantFrom(1, 1_000, 5_000, 20_000),
);
const restart: Operation = ['Restart'];
const pause = fc.option(advance, { freq: 2 });
const whole = (...operations: (Operation | null)[]) =>
  operations.filter((operation): operation is Operation => operation !== null);

/** A cell loses its lease, or can't hear of it, while devices go on. */
const betweenCells: fc.Arbitrary<readonly Operation[]> = fc
  .tuple(
    fc.oneof(
      fc.tuple(constant('CutOff'), constant('both', 'there', 'there', 'back')),
      fc.constant<Operation>(['LoseLease']),
    ),
    fc.constantFrom(0, 100, 3_000),
    fc.constantFrom(1, 500),
    fc.array(ofDevices, { maxLength: 4 }),
    fc.constantFrom(250, 1_500, 7_000, 12_000, 12_000),
    fc.array(ofDevices, { maxLength: 4 }),
    pause,
  )
  .map(([what, slow, asked, before, ms, after, later]) =>
    whole(
      ['SlowLeases', slow],
      ['Advance', asked],
      what,
      ...before,
      ['Advance', ms],
      ...after,
      ['Mend'],
      ['SlowLeases', 0],
      later,
      ['Restart'],
    ),
  );

/**
 * A device is lost in some phase of a masked round, the storage takes that its grace is over, and the answer to that is lost; later the coordinator
 * ends, before everybody else has sent what the next phase asks for.
 */
const lostGrace: fc.Arbitrary<readonly Operation[]> = fc
  .tuple(
    device,
    device,
    fc.constantFrom(0, 1, 1, 1, 2, 3),
    fc.integer({ min: 1, max: 2 }),
    fc.oneof(
      fc.constant<Operation>(['Crash', 0]),
      fc.constant<Operation>(['StopGracefully']),
      fc.constant<Operation>(['LoseLease']),
    ),
    fc.constantFrom(1, 5_000),
  )
  .map(([lost, late, phases, answers, end, later]) => [
    ['Abort'],
    ['Advance', 5_000],
    ['CheckInBut', []],
    ...Array.from({ length: phases }, (): Operation => ['SubmitBut', []]),
    ['Disconnect', lost],
    ['SubmitBut', [lost]],
    ['LoseAnswers', answers],
    ['Advance', 2_000],
    ['Advance', 1_000 * answers],
    ['SubmitBut', [lost, late]],
    end,
    ['Advance', later],
    restart,
    ['SubmitBut', []],
  ]);

/** Operations that mean something together. */
const passage: fc.Arbitrary<readonly Operation[]> = fc.oneof(
  { weight: 30, arbitrary: ofDevices.map(operation => [operation]) },
  { weight: 5, arbitrary: advance.map(operation => [operation]) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.tuple(constant('Crash'), fc.constant(0)),
        pause,
        fc.array(fc.tuple(constant('Repeat'), device, fc.constant(0)), { maxLength: 3 }),
      )
      .map(([crash, later, again]) => whole(crash, later, restart, ...again)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.tuple(constant('CrashAtWrite'), fc.integer({ min: 1, max: 4 }), constant('before', 'after')),
        fc.array(ofDevices, { minLength: 1, maxLength: 4 }),
        pause,
      )
      .map(([crash, between, later]) => whole(crash, ...between, later, restart)),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.array(ofDevices, { minLength: 1, maxLength: 5 }),
        fc.option(fc.tuple(constant('Advance'), fc.constantFrom(100, 250, 5_000)), { freq: 3 }),
        fc.oneof(
          { weight: 3, arbitrary: fc.tuple(constant('Crash'), fc.nat(3)) },
          { weight: 2, arbitrary: fc.tuple(constant('Abort', 'StopGracefully')) },
        ),
      )
      .map(([between, later, end]) =>
        whole(['SlowWrites', 100], ...between, later, end, ['SlowWrites', 0], restart),
      ),
  },
  { weight: 2, arbitrary: pause.map(later => whole(['StopGracefully'], later, restart)) },
  { weight: 3, arbitrary: betweenCells },
  { weight: 2, arbitrary: lostGrace },
  {
    weight: 1,
    arbitrary: fc.tuple(constant('SlowWrites'), fc.constantFrom(0, 100, 1_500)).map(one => [one]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.tuple(constant('FailWrites', 'LoseAnswers'), fc.integer({ min: 1, max: 3 })),
        fc.tuple(constant('CheckInBut', 'SubmitBut'), some),
      )
      .map(passage => [...passage]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(constant('FailWrites', 'LoseAnswers'), fc.integer({ min: 1, max: 3 }))
      .map(one => [one]),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        fc.tuple(constant('Revoke'), device),
        fc.tuple(constant('Abort', 'Pause', 'Unpause', 'BeginNow')),
      )
      .map(operation => [operation]),
  },
);

/** Of up to so many passages; one that fails may shrink to a single one. */
export function histories(passages: number): fc.Arbitrary<readonly Operation[]> {
  return fc.array(passage, { minLength: 1, maxLength: passages, size: 'max' }).map(each => each.flat());
}

/** Masked ones, others, both, or asynchronous ones. */
export function settings(which: 'on' | 'off' | 'both' | 'buffered'): fc.Arbitrary<Setting> {
  const seed = fc.nat(2 ** 31 - 1);
  const durable = fc.integer({ min: 0, max: 7 }).map(n => n < 7);
  /** One history in three is of cells. */
  const cells = fc.integer({ min: 0, max: 2 }).map(n => n === 0);
  const shared = <Given extends { durable: boolean; cells: boolean }>(given: fc.Arbitrary<Given>) =>
    given.map(setting => ({ ...setting, cells: setting.cells && setting.durable }));
  const masked = shared(
    fc.record({
      masked: fc.constant(true),
      agreeing: fc.integer({ min: 0, max: 3 }).map(n => n < 3),
      consumes: constant('sum'),
      update: constant('ring'),
      durable,
      cells,
      seed,
    }),
  );
  const plain = shared(
    fc.record({
      masked: fc.constant(false),
      agreeing: fc.constant(false),
      consumes: constant('sum', 'sum', 'each'),
      update: constant('ring', 'float32'),
      durable,
      cells,
      seed,
    }),
  );
  if (which === 'both') return fc.oneof(masked, plain);
  if (which === 'buffered')
    return plain.map(setting => ({ ...setting, consumes: 'sum', buffered: true, cells: false }) as const);
  return which === 'on' ? masked : plain;
}

/** A history as it is written into a test. */
export function literal(setting: Setting, history: readonly Operation[]): string {
  const line = (value: unknown) => JSON.stringify(value).replaceAll('"', "'").replaceAll(',', ', ');
  const fields = Object.entries(setting).map(([name, value]) => `${name}: ${line(value)}`);
  return [`[{ ${fields.join(', ')} }, [`, ...history.map(each => `  ${line(each)},`), ']],'].join('\n');
}
