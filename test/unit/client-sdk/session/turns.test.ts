import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { modelPath } from '@murmuration/protocol/messages/channel';
import type { MaskingSettings } from '@murmuration/protocol/messages/plan';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { layoutOf } from '@murmuration/protocol/weights/layout';
import { encodeModel } from '@murmuration/protocol/weights/model-files';
import { expect, it } from 'vitest';
import { deviceOn, StillTrainer } from '../device.ts';
import { classes, serving, TableInference } from '../hybrid/scene.ts';
import { MaskedPeers } from '../masked-peers.ts';
import { assignmentOf, MemoryCoordinator } from '../memory-coordinator.ts';
import { hour, minute, roundEnd } from './scene.ts';

/** Microtasks after which all has happened that follows from an answer. */
const turns = 50;

/** When the coordinator says something: so many microtasks after it has begun to answer; undefined: once all has settled. */
type Turn = number | undefined;

function afterTurns(left: number, act: () => void): void {
  if (left === 0) act();
  else queueMicrotask(() => afterTurns(left - 1, act));
}

/** As the system's: of its two times one begins with the process. */
class ProcessClock extends VirtualClock {
  readonly #begun = this.now();

  elapsed(): number {
    return this.now() - this.#begun;
  }
}

const later = (after: number) => ({ decision: 'later', after, reason: 'no round begins soon' });
const masking: MaskingSettings = { threat: 'malicious', corrupt: 0.05, dropping: 0.1, graph: 'sparse' };

/** A device whose first check-in is answered by `first`, and the others by a time to come back. */
function newWorld(first: unknown = { decision: 'waiting' }) {
  const clock = new ProcessClock();
  const coordinator = new MemoryCoordinator(clock);
  const trainer = new StillTrainer();
  const tasks = { keyboard: { examples: () => ['a'], trainer } };
  const checkIns: number[] = [];
  const begun = clock.now();
  coordinator.answers['check-in'] = () => {
    checkIns.push(clock.now() - begun);
    return checkIns.length === 1 ? first : later(2 * hour);
  };
  return { clock, coordinator, trainer, checkIns, ...deviceOn(coordinator, clock, memoryStorage(), tasks) };
}

type World = ReturnType<typeof newWorld>;

/** Has the coordinator say something about the time at which it answers a request of this kind next. */
type Around = (event: 'hello' | 'check-in' | 'leave' | 'keys' | 'shares' | 'reveal', say: () => void) => void;

interface Script {
  readonly world?: () => World;
  readonly play: (world: World, around: Around) => Promise<void>;
}

async function connect({ client, coordinator, clock }: World): Promise<void> {
  await client.start();
  coordinator.connect();
  await clock.advance(0);
}

const scripts: Readonly<Record<string, Script>> = {
  'is asked to come sooner than a check-in says': {
    world: () => newWorld(later(2 * hour)),
    async play(world, around) {
      around('check-in', () => world.coordinator.send('come-back', { task: 'keyboard', after: minute }));
      await connect(world);
    },
  },
  'is asked to come sooner as it says hello': {
    world: () => newWorld(later(2 * hour)),
    async play(world, around) {
      await connect(world);
      world.coordinator.disconnect();
      around('hello', () => world.coordinator.send('come-back', { task: 'keyboard', after: minute }));
      world.coordinator.connect();
    },
  },
  'is chosen as it checks in': {
    async play(world, around) {
      const { coordinator, clock } = world;
      around('check-in', () => coordinator.send('assignment', assignmentOf(clock)));
      await connect(world);
    },
  },
  'is chosen as it checks in, and let go at once': {
    async play(world, around) {
      const { coordinator, clock, trainer } = world;
      trainer.result = () => new Promise(() => {});
      around('check-in', () => {
        coordinator.send('assignment', assignmentOf(clock));
        coordinator.send('round-end', roundEnd('r1', hour));
      });
      await connect(world);
    },
  },
  'is named its round as it says hello again': {
    async play(world, around) {
      const { coordinator, clock, trainer } = world;
      trainer.result = () => new Promise(() => {});
      await connect(world);
      const assignment = assignmentOf(clock);
      coordinator.send('assignment', assignment);
      await clock.advance(minute);
      coordinator.disconnect();
      around('hello', () => coordinator.send('assignment', assignment));
      coordinator.connect();
    },
  },
  'hears the end of its round as it says hello again': {
    async play(world, around) {
      const { coordinator, clock, trainer } = world;
      trainer.result = () => new Promise(() => {});
      await connect(world);
      coordinator.send('assignment', assignmentOf(clock));
      await clock.advance(minute);
      coordinator.disconnect();
      around('hello', () => coordinator.send('round-end', roundEnd('r1', hour)));
      coordinator.connect();
    },
  },
  'is chosen for another round as it leaves one': {
    async play(world, around) {
      const { coordinator, clock, trainer } = world;
      const { result } = trainer;
      trainer.result = async () => {
        trainer.result = result;
        throw new MurmurationError('training.failed');
      };
      await connect(world);
      around('leave', () => coordinator.send('assignment', assignmentOf(clock, 'r2')));
      coordinator.send('assignment', assignmentOf(clock));
    },
  },
  'gets what each phase of masking begins with as it sends its part of the one before, and the end with its last':
    {
      async play(world, around) {
        const { coordinator, clock } = world;
        await connect(world);
        const assignment = assignmentOf(clock, 'r1', { masking });
        const peers = new MaskedPeers(assignment, 5, masking);
        const feed = (event: 'roster' | 'bundle' | 'survivors' | 'agreed', message: Uint8Array) =>
          coordinator.send(event, { round: assignment.round, assignment: assignment.assignment, message });
        const { enrol, keys, shares } = coordinator.asked;
        around('keys', () => feed('roster', peers.roster(enrol[0]!.publicKey, keys[0]!.message)));
        around('shares', () => feed('bundle', peers.bundle(shares[0]!.message)));
        around('reveal', () => coordinator.send('round-end', roundEnd('r1', hour)));
        coordinator.send('assignment', assignment);
        await expect.poll(() => clock.advance(0).then(() => coordinator.uploads.length)).toBe(1);
        feed('survivors', peers.statement());
        await clock.advance(0);
        feed('agreed', peers.agreed(peers.statement()));
      },
    },
};

/** Where a device has ended that heard each thing at this turn. */
async function endOf({ world: make = newWorld, play }: Script, turn: Turn) {
  const world = make();
  const { clock, coordinator, trainer, client, checkIns, rounds, errors } = world;
  const waits: Promise<void>[] = [];
  await play(world, (event, say) => {
    const answer = coordinator.answers[event] as (message: never) => unknown;
    const once = (message: never) => {
      Object.assign(coordinator.answers, { [event]: answer });
      if (turn !== undefined) queueMicrotask(() => afterTurns(turn, say));
      // Long after whoever waits for the answer has gone on.
      else waits.push(new Promise(resolve => setImmediate(() => setImmediate(() => resolve(say())))));
      return answer(message);
    };
    Object.assign(coordinator.answers, { [event]: once });
  });
  await Promise.all(waits);
  await clock.advance(3 * hour);
  await client.stop();
  expect(clock.pending).toBe(0);
  const { uploads, asked } = coordinator;
  return {
    checkIns: checkIns.map(at => Math.round(at / 1_000)),
    // How far training is, a masked round tells at another time.
    rounds: rounds.filter(phase => phase !== 'downloading' && phase !== 'training'),
    errors,
    sent: [trainer.trainings, uploads.length, asked.leave.length, asked.shares.length, asked.reveal.length],
  };
}

it.each(Object.entries(scripts))(
  'a device that %s ends as if it had heard so later, at whichever turn that comes',
  async (_, script) => {
    const inOrder = await endOf(script, undefined);
    for (let turn = 0; turn < turns; turn++)
      expect(await endOf(script, turn), `turn ${turn}`).toEqual(inOrder);
  },
);

it('a device that is told which version to serve as it says hello serves that one, at whichever turn it comes', async () => {
  for (let turn = 0; turn < turns; turn++) {
    const clock = new VirtualClock();
    const coordinator = new MemoryCoordinator(clock);
    const layout = layoutOf([{ name: 'w', shape: [classes, classes] }]);
    const [before, now] = [1, 2].map(value => {
      const version = encodeModel({}, layout, new Float32Array(layout.count).fill(value));
      const path = modelPath(version.hash);
      coordinator.files.set(path, version.json);
      coordinator.files.set(path.replace('model.json', `${version.weightsHash}.bin`), version.weights);
      return version.hash;
    });
    const hybrid = { serving, inference: new TableInference() };
    const task = { examples: () => [[1, 2]], trainer: new StillTrainer(), hybrid };
    const { client } = deviceOn(coordinator, clock, memoryStorage(), { keyboard: task });
    const { hello } = coordinator.answers;
    coordinator.answers.hello = message => {
      queueMicrotask(() =>
        afterTurns(turn, () => coordinator.send('serve', { task: 'keyboard', model: now })),
      );
      return { ...(hello(message) as object), serve: [{ task: 'keyboard', model: before }] };
    };
    await client.start();
    coordinator.connect();
    await clock.advance(0);
    const { model } = await client.hybrid('keyboard').predict([1, 2]);
    expect([turn, model]).toEqual([turn, now]);
    // What the next welcome says is newer than that.
    coordinator.answers.hello = message => ({
      ...(hello(message) as object),
      serve: [{ task: 'keyboard', model: before }],
    });
    coordinator.disconnect();
    coordinator.connect();
    await clock.advance(0);
    expect((await client.hybrid('keyboard').predict([1, 2])).model).toBe(before);
    await client.stop();
  }
});
