import type { ClientOptions } from '@murmuration/client-sdk/client/options';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { deviceOn, StillTrainer } from '../device.ts';
import { id, MemoryCoordinator } from '../memory-coordinator.ts';

export const minute = 60_000;
export const hour = 60 * minute;

// What the sessions of a test run with.
export let clock: VirtualClock;
export let coordinator: MemoryCoordinator;
export let trainer: StillTrainer;
export let storage: Storage;

/** Sets it up; each test file calls it before each of its tests. */
export function newScene(): void {
  clock = new VirtualClock();
  coordinator = new MemoryCoordinator(clock);
  trainer = new StillTrainer();
  storage = memoryStorage();
}

export const device = (seed = 1, enrolment?: ClientOptions['enrolment']) =>
  deviceOn(
    coordinator,
    clock,
    storage,
    { keyboard: { examples: () => ['a', 'b', 'c'], trainer } },
    seed,
    enrolment,
  );

/** A device that has said hello and checked in. */
export async function waiting(seed = 1) {
  const it = device(seed);
  await it.client.start();
  coordinator.connect();
  await clock.advance(0);
  return it;
}

/** Holds until it is let go. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  return { open, opened };
}

/** Hellos are answered from now on once the returned function is called. */
export function holdHellos(): () => void {
  const { opened, open } = gate();
  const { hello } = coordinator.answers;
  coordinator.answers.hello = async message => {
    await opened;
    return hello(message);
  };
  return open;
}

export const roundEnd = (round = 'r1', after = hour) => ({
  round: id(round),
  outcome: 'published',
  reason: 'over',
  after,
});

/** Puts a coordinator in the place of the one so far, which knows nothing of what that had heard. */
export function renewCoordinator(): void {
  coordinator = new MemoryCoordinator(clock);
}
