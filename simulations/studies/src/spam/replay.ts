import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceState } from '@murmuration/api/inference';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import { hex } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash } from '@murmuration/protocol/ids/ids';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { GateDecision } from '@murmuration/rounds/registry/gate-decisions';
import { Registry } from '@murmuration/rounds/registry/registry';
import { mintToken } from '@murmuration/rounds/tokens/secret-token';
import type { DatedMail } from '@murmuration/simulations/data/dated-mail';
import { seededRandom } from '@murmuration/simulations/random/seeded-random';
import { openStorage, type Stores } from '@murmuration/storage/storage';
import { bucketsOf } from './buckets.ts';
import { FilterClient } from './filter-client.ts';
import type { Happening } from './happening.ts';
import { addLabels, countLabelled, labelled } from './labels.ts';
import { lastingSessions } from './lasting-sessions.ts';
import { day, logitOf, spamTask, watched, week } from './task.ts';

/** Prediction of the filter for a mail. */
export interface Filtered {
  readonly mail: DatedMail;
  /** Number of the predicting version. */
  readonly version: number;
  readonly isFlagged: boolean;
}

/** Options of a replay. */
export interface ReplayOptions {
  /** Port of the coordinator; 0: any free one. */
  readonly port?: number;
  /** Delays the replay, which has reached `now`, ms since 1970. */
  readonly pace?: (now: number) => Promise<void>;
  /** Called with each event at once. */
  readonly heard?: (happening: Happening) => void;
}

/** Milliseconds between two steps of a clock that follows the system's. */
const step = 100;

/** Weeks of mails that are the reference data of a version. */
const referenceWeeks = 4;

/**
 * Mail server's filter on virtual time: an actual coordinator that answers over HTTP, gets feedback, watches
 * for drift, and trains.
 */
export class Replay {
  readonly judged: Filtered[] = [];
  /** Events in order. */
  readonly happened: Happening[] = [];
  /** URL of the dashboard, with a token that signs in. */
  readonly dashboard: string;
  readonly #coordinator: Coordinator;
  readonly #clock: VirtualClock;
  readonly #mails: readonly DatedMail[];
  readonly #client: FilterClient;
  readonly #storage: Stores;
  readonly #registry: Registry;
  /** Hashes of versions by number. */
  readonly #versions = new Map<number, ModelHash>();
  readonly #folder: string;
  readonly #labels: string;
  readonly #pace: (now: number) => Promise<void>;
  readonly #heard: (happening: Happening) => void;
  /** Number of labelled mails. */
  #labelled: number;
  #isTraining = false;
  /** Number of triggers that must fire but have not yet. */
  #awaited = 0;
  /** Ids of predictions that await their outcomes. */
  readonly #ids = new Map<DatedMail, string>();
  readonly #decisions = new Map<number, GateDecision>();
  #fault: unknown;

  private constructor(
    coordinator: Coordinator,
    parts: {
      clock: VirtualClock;
      mails: readonly DatedMail[];
      token: string;
      client: FilterClient;
      storage: Stores;
      folder: string;
      labels: string;
      count: number;
    },
    { pace = async () => {}, heard = () => {} }: ReplayOptions,
  ) {
    this.#pace = pace;
    this.#heard = heard;
    this.#coordinator = coordinator;
    this.#clock = parts.clock;
    this.#mails = parts.mails;
    this.#client = parts.client;
    this.#storage = parts.storage;
    this.#registry = new Registry(parts.storage.blobs, parts.storage.history);
    this.dashboard = `${coordinator.url}/#token=${parts.token}`;
    this.#folder = parts.folder;
    this.#labels = parts.labels;
    this.#labelled = parts.count;
    const { events } = coordinator;
    events.on('drift', ({ features, window }) => {
      const drifted = features.filter(each => each.drifted).map(({ name }) => name);
      const words = features.find(({ name }) => name === watched)?.score ?? 0;
      this.#happened({ kind: 'drift', at: window.to, features: drifted, words });
      if (drifted.includes(watched)) this.#awaited += 1;
    });
    events.on('triggered', () => {
      this.#awaited -= 1;
    });
    events.on('run-began', () => {
      this.#isTraining = true;
    });
    events.on('run-ended', run => {
      this.#isTraining = false;
      if (run.rounds === 0) this.#fault = new Error(`Training failed: ${run.ending?.text}`);
    });
    events.on('version', ({ number, model, createdAt }) => {
      this.#versions.set(number, model);
      this.#happened({ kind: 'trained', at: createdAt, version: number });
    });
    events.on('gate', decision => this.#decisions.set(decision.number, decision));
    events.on('fault', (where, error) => {
      this.#fault ??= error instanceof Error ? error : new Error(`${where}: ${error}`);
    });
  }

  /** Opens an untrained filter at `from`, ms since 1970. */
  static async open(
    mails: readonly DatedMail[],
    from: number,
    seed: number,
    options: ReplayOptions = {},
  ): Promise<Replay> {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-spam-'));
    const labels = join(folder, 'labels.jsonl');
    const count = countLabelled(mails, from);
    addLabels(labels, mails.slice(0, count).map(labelled));
    const clock = new VirtualClock(from);
    const { text: token, proof } = mintToken('operator', systemRandom, native);
    const storage = await openStorage(undefined, clock);
    const coordinator = await createCoordinator(
      parseConfig({
        port: options.port ?? 0,
        log: 'silent',
        openEnrolment: true,
        operatorTokens: [{ id: proof.id, name: 'replay', role: 'admin', sha256: hex(proof.digest) }],
        inference: {
          drift: { every: week, atLeast: 100 },
          feedback: { horizon: 60 * day },
        },
        limits: { requestsPerAddress: 1_000_000 },
      }),
      [spamTask(labels)],
      {
        clock,
        random: systemRandom,
        roundRandom: seededRandom(seed, 'spam'),
        storage: { ...storage, sessions: lastingSessions(storage.sessions) },
      },
    );
    const client = await FilterClient.open(coordinator.url, token);
    const replay = new Replay(
      coordinator,
      { clock, mails, token, client, storage, folder, labels, count },
      options,
    );
    await coordinator.start();
    return replay;
  }

  /** URL of the coordinator. */
  get url(): string {
    return this.#client.url;
  }

  /** Lets time pass at the speed of the system's clock; resolves once `signal` is aborted. */
  async linger(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await new Promise<void>(resolve => systemClock.at(systemClock.now() + step, resolve));
      await this.#clock.advance(step);
    }
  }

  /** Starts a training, waits for its version, and sets the version's reference data. */
  async train(): Promise<void> {
    await this.#client.ask('POST', '/v1/admin/tasks/spam/runs', {});
    await this.#trained();
  }

  /** Delivers mails at their times until `until`, ms since 1970. */
  async play(until: number): Promise<void> {
    const coming = this.#mails.filter(({ at }) => at >= this.#clock.now() && at < until);
    for (const [number, mail] of coming.entries()) {
      await this.#pass(mail.at);
      const id = `${mail.at}-${number}`;
      const { isFlagged, version } = await this.#client.judge(mail, id);
      this.#ids.set(mail, id);
      this.judged.push({ mail, version, isFlagged });
    }
    await this.#pass(until);
  }

  /** Number of versions that were rolled back automatically. */
  get rollbacks(): number {
    return [...this.#decisions.values()].filter(({ rolledBack }) => rolledBack !== null).length;
  }

  /** Returns the accuracy of versions by the feedback to the coordinator. */
  async accuracy(): Promise<
    readonly { readonly version: string; readonly outcomes: number; readonly value: number }[]
  > {
    const { models } = (await this.#client.ask('GET', '/v1/admin/inference')) as InferenceState;
    return models.flatMap(({ versions }) =>
      versions.flatMap(({ version, feedback }) =>
        feedback?.accuracy ? [{ version, outcomes: feedback.outcomes, value: feedback.accuracy.value }] : [],
      ),
    );
  }

  /**
   * Predicts with a version directly, without a request, so that the monitoring shows only the served
   * versions' requests.
   */
  async says(version: number, mail: DatedMail): Promise<boolean> {
    const { weights } = await this.#registry.files(this.#versions.get(version)!);
    return logitOf(weights, bucketsOf(mail.text)) > 0;
  }

  async close(): Promise<void> {
    await this.#coordinator.stop();
    await this.#storage.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Advances to a time, pausing while the filter trains, so that results are the same on every machine. */
  async #pass(time: number): Promise<void> {
    for (let now = this.#clock.now(); now < time; now = this.#clock.now()) {
      const weekEnd = (Math.floor(now / week) + 1) * week;
      await this.#clock.advance(Math.min(weekEnd, time) - now);
      // Windows of the monitoring end there.
      if (this.#clock.now() === weekEnd) await realTurn();
      await this.#label();
      while (this.#awaited > 0) {
        if (this.#fault !== undefined) throw this.#fault;
        await realTurn();
      }
      if (this.#isTraining) await this.#trained();
      await this.#pace(this.#clock.now());
      if (this.#fault !== undefined) throw this.#fault;
    }
  }

  /** Waits for a run to end and for its gate to decide, then sets the version's reference data. */
  async #trained(): Promise<void> {
    const before = this.happened.length;
    await realTurn();
    while (this.#isTraining) {
      await this.#clock.advance(0);
      await realTurn();
    }
    const made = this.happened.slice(before).findLast(each => each.kind === 'trained');
    if (this.#fault !== undefined) throw this.#fault;
    if (made?.kind !== 'trained') return;
    const { version } = made;
    const decision = await this.#decision(version);
    const reason = this.#decisions.get(version)?.reason ?? null;
    this.#happened({ kind: decision, at: this.#clock.now(), version, reason });
    if (decision === 'refused') return;
    const now = this.#clock.now();
    const recent = this.#mails.filter(({ at }) => at < now && at >= now - referenceWeeks * week);
    // A thread loads the version in real time, and a request by its number waits for that.
    await this.#client.judge(recent.at(-1)!, undefined, `/versions/${version}`);
    await this.#client.ask('POST', `/v1/admin/monitor/spam/${version}/reference`, {
      sample: {
        'text (characters)': recent.map(({ text }) => text.length),
        'text (words)': recent.map(({ text }) => text.split(/[\0-\x20]+/).filter(word => word !== '').length),
      },
    });
  }

  #happened(happening: Happening): void {
    this.happened.push(happening);
    this.#heard(happening);
  }

  async #decision(version: number): Promise<'promoted' | 'refused'> {
    for (;;) {
      const found = this.#decisions.get(version);
      if (found?.promotedAt != null) return 'promoted';
      if (found && found.outcome !== 'passed') return 'refused';
      await this.#clock.advance(0);
      await realTurn();
    }
  }

  /** Takes over the labels given so far: as examples, and as feedback on predictions. */
  async #label(): Promise<void> {
    const before = this.#labelled;
    this.#labelled = countLabelled(this.#mails, this.#clock.now());
    const known = this.#mails.slice(before, this.#labelled);
    addLabels(this.#labels, known.map(labelled));
    for (const mail of known) {
      const id = this.#ids.get(mail);
      if (id === undefined) continue;
      this.#ids.delete(mail);
      await this.#client.ask('POST', '/v1/feedback', { id, outcome: mail.isSpam });
    }
  }
}

/** Lets threads, sockets and disks proceed. */
function realTurn(): Promise<void> {
  return new Promise(resolve => systemClock.at(systemClock.now() + 5, resolve));
}
