import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder } from '../round/round.ts';
import { type CentralPorts, type CentralRound, centralRound, EndedOnPurpose } from './central-round.ts';
import type { CentralStage } from './ports.ts';

/** Called at the end of a round: when it is over, and once it is no longer open. */
interface CentralEnds {
  readonly over: (record: RoundRecord) => void;
  readonly counted: (record: RoundRecord) => Promise<void>;
}

/** Rounds of a task without devices, one at a time. */
export class CentralRounds {
  readonly #stage: CentralStage;
  readonly #ports: CentralPorts;
  readonly #stopping = new AbortController();
  /** Number of the newest version, as far as it is known. */
  #newest = 0;
  /** Ends the round that is under way. */
  #current: AbortController | undefined;
  #isOpen = false;
  #over: Promise<void> = Promise.resolve();

  constructor(stage: CentralStage, ports: CentralPorts) {
    this.#stage = stage;
    this.#ports = ports;
  }

  /** True if devices never train. */
  get isWhole(): boolean {
    return this.#stage.isWhole;
  }

  /** True if the next version is made here. */
  get makesNext(): boolean {
    return this.#stage.makes(this.#newest);
  }

  /** True if there is a round whose end does not count yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  follow(newest: number): void {
    this.#newest = newest;
  }

  /** Runs `centralRound`, then passes its record to `ends`, if there is one. */
  run(round: CentralRound, ends: CentralEnds): Promise<void> {
    this.#over = this.#run(round, ends);
    return this.#over;
  }

  /** Ends the round under way as failed, on purpose, unless its version is already being stored. */
  abort(reason: string, endedBy: RoundEnder): void {
    this.#current?.abort(new EndedOnPurpose(reason, endedBy));
  }

  /**
   * Leaves the round under way to a later coordinator, which begins it again; waits for one whose version is
   * being stored.
   */
  async stop(): Promise<void> {
    this.#stopping.abort(new MurmurationError('server.stopping'));
    await this.#over;
  }

  async #run(round: CentralRound, ends: CentralEnds): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    this.#isOpen = true;
    const record = await centralRound(round, this.#stage, this.#ports, current.signal, this.#stopping.signal);
    this.#current = undefined;
    if (!record) return;
    if (record.outcome === 'published') this.#newest += 1;
    ends.over(record);
    this.#isOpen = false;
    await ends.counted(record);
  }
}
