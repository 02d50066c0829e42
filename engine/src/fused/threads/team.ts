import type { Address, Kernels } from '../kernels.ts';
import { type KernelCall, numberOf, perform, sharedKernels } from './call.ts';
import { type HelperStart, layout } from './helper.ts';
import { type Helper, startHelper } from './spawn.ts';

/** Memory, module and kernels of a team. */
export interface TeamSetup {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The caller's own kernels over the shared memory. */
  readonly kernels: Kernels;
  /** Address of `controlBytes` zero bytes. */
  readonly control: Address;
  /** Scratch memory of each helper. */
  readonly scratches: readonly Address[];
}

/** Threads that share a memory: the caller's, and helpers, which sleep while there is nothing to do. */
export class Team {
  readonly #kernels: Kernels;
  readonly #helpers: readonly Helper[];
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;

  private constructor({ kernels, memory, control }: TeamSetup, helpers: readonly Helper[]) {
    this.#kernels = kernels;
    this.#helpers = helpers;
    this.#words = new Int32Array(memory.buffer, control, layout.words);
    this.#numbers = new Float64Array(memory.buffer, control + 4 * layout.words, layout.call * layout.calls);
  }

  /** Starts a team; rejects if a helper does not start. */
  static async start(setup: TeamSetup): Promise<Team> {
    const { module, memory, control, scratches } = setup;
    const starts = scratches.map(scratch =>
      startHelper({ module, memory, control, scratch, kernels: sharedKernels, layout } satisfies HelperStart),
    );
    const started = await Promise.allSettled(starts);
    const team = new Team(
      setup,
      started.flatMap(one => (one.status === 'fulfilled' ? [one.value] : [])),
    );
    const failed = started.find(one => one.status === 'rejected');
    if (!failed) return team;
    await team.end();
    throw failed.reason;
  }

  /** Number of threads, including the caller's. */
  get threads(): number {
    return this.#helpers.length + 1;
  }

  /** Runs all these calls, in any order and thread; returns once they are done. */
  run(calls: readonly KernelCall[]): void {
    for (let at = 0; at < calls.length; at += layout.calls) this.#turn(calls.slice(at, at + layout.calls));
  }

  /** Ends the helpers. No call may be running. */
  async end(): Promise<void> {
    Atomics.store(this.#words, layout.ended, 1);
    this.#wake();
    await Promise.all(this.#helpers.map(helper => helper.end()));
  }

  #turn(calls: readonly KernelCall[]): void {
    const words = this.#words;
    for (const [i, [name, ...args]] of calls.entries()) {
      this.#numbers[i * layout.call] = numberOf[name];
      this.#numbers.set(args, i * layout.call + 1);
    }
    Atomics.store(words, layout.done, 0);
    // From here on, helpers that are awake take calls.
    Atomics.store(words, layout.left, calls.length);
    this.#wake();
    let own = 0;
    for (let left = Atomics.sub(words, layout.left, 1); left > 0; left = Atomics.sub(words, layout.left, 1)) {
      perform(this.#kernels, calls[left - 1]!);
      own += 1;
    }
    this.#awaitDone(calls.length, Atomics.add(words, layout.done, own) + own);
  }

  #wake(): void {
    Atomics.add(this.#words, layout.turn, 1);
    Atomics.notify(this.#words, layout.turn);
  }

  #awaitDone(all: number, done: number): void {
    for (let looks = 0; done < all; looks++) {
      if (looks >= layout.looksForEnd) Atomics.wait(this.#words, layout.done, done);
      done = Atomics.load(this.#words, layout.done);
    }
    if (Atomics.load(this.#words, layout.failed) === 1)
      throw new Error('A helper of the training failed in a kernel.');
  }
}
