import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { RoundRecord } from '../round/record.ts';
import type { RoundEnder } from '../round/round.ts';
import { type CentralPorts, type CentralRound, centralRound, EndedOnPurpose } from './central-round.ts';
import type { CentralStage } from './ports.ts';

/** The rounds of a task in which no device takes part, one at a time. */
export class CentralRounds {
  readonly #stage: CentralStage;
  readonly #ports: CentralPorts;
  readonly #stopping = new AbortController();
  /** Number of the newest version, as far as that is known. */
  #newest = 0;
  /** Ends the round that is under way. */
  #current: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();

  constructor(stage: CentralStage, ports: CentralPorts) {
    this.#stage = stage;
    this.#ports = ports;
  }

  /** Whether devices never train. */
  get isWhole(): boolean {
    return this.#stage.isWhole;
  }

  /** Whether the next version is made here. */
  get makesNext(): boolean {
    return this.#stage.makes(this.#newest);
  }

  /** Whether a round is under way. */
  get isUnderWay(): boolean {
    return this.#current !== undefined;
  }

  /** The newest version has this number. */
  follow(newest: number): void {
    this.#newest = newest;
  }

  /** As `centralRound`; then `ended` hears of its record, if it has one. */
  run(round: CentralRound, ended: (record: RoundRecord) => Promise<void>): Promise<void> {
    this.#over = this.#run(round, ended);
    return this.#over;
  }

  /** Ends the round under way as failed, on purpose, unless its version is being stored already. */
  abort(reason: string, endedBy: RoundEnder): void {
    this.#current?.abort(new EndedOnPurpose(reason, endedBy));
  }

  /** Leaves the round under way to a coordinator after this one, which begins it again; one whose version is being stored ends first. */
  async stop(): Promise<void> {
    this.#stopping.abort(new MurmurationError('server.stopping'));
    await this.#over;
  }

  async #run(round: CentralRound, ended: (record: RoundRecord) => Promise<void>): Promise<void> {
    const current = new AbortController();
    this.#current = current;
    const record = await centralRound(round, this.#stage, this.#ports, current.signal, this.#stopping.signal);
    this.#current = undefined;
    if (!record) return;
    if (record.outcome === 'published') this.#newest += 1;
    await ended(record);
  }
}
