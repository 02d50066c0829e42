import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inference } from '@murmuration/api/inference';
import { parseConfig } from '@murmuration/coordinator/assembly/config';
import { type Coordinator, createCoordinator } from '@murmuration/coordinator/assembly/main';
import type { GateDecision } from '@murmuration/coordinator/registry/gate-decisions';
import { mintToken } from '@murmuration/coordinator/tokens/secret-token';
import { hex } from '@murmuration/protocol/encoding/bytes';
import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { native } from '@murmuration/protocol/primitives/node';
import { systemRandom } from '@murmuration/protocol/random/system-random';
import { systemClock } from '@murmuration/protocol/time/system-clock';
import { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import type { DatedMail } from '../data/dated-mail.ts';
import { seededRandom } from '../random/seeded-random.ts';
import { bucketsOf } from './buckets.ts';
import { addLabels } from './labels.ts';
import { day, spamTask, watched, week } from './task.ts';

/** What the filter said of a mail. */
export interface Judged {
  readonly mail: DatedMail;
  /** Number of the version that said so. */
  readonly version: number;
  readonly isFlagged: boolean;
}

/** What happened around the filter, in order. */
export type Happening =
  | {
      readonly kind: 'drift';
      readonly at: number;
      readonly features: readonly string[];
      readonly words: number;
    }
  | { readonly kind: 'trained'; readonly at: number; readonly version: number }
  | {
      readonly kind: 'promoted' | 'refused';
      readonly at: number;
      readonly version: number;
      /** Why the gate refused it; null where it did not. */
      readonly reason: string | null;
    };

/** How long people take to say what a mail was. */
const slowness = day;
/** Mails of so many weeks before are what a version is made for. */
const remembered = 4;

/** A mail server's filter on virtual time: a real coordinator that is asked over HTTP, told of outcomes, watches for drift, and trains. */
export class Replay {
  readonly judged: Judged[] = [];
  readonly happened: Happening[] = [];
  readonly #coordinator: Coordinator;
  readonly #clock: VirtualClock;
  readonly #mails: readonly DatedMail[];
  readonly #token: string;
  readonly #folder: string;
  readonly #labels: string;
  /** Mails whose labels are known. */
  #labelled: number;
  #isTraining = false;
  /** Triggers that have to fire, and did not yet. */
  #awaited = 0;
  /** Of predictions whose outcomes are to come. */
  readonly #ids = new Map<DatedMail, string>();
  readonly #decisions = new Map<number, GateDecision>();
  #fault: unknown;

  private constructor(
    coordinator: Coordinator,
    parts: {
      clock: VirtualClock;
      mails: readonly DatedMail[];
      token: string;
      folder: string;
      labels: string;
      count: number;
    },
  ) {
    this.#coordinator = coordinator;
    this.#clock = parts.clock;
    this.#mails = parts.mails;
    this.#token = parts.token;
    this.#folder = parts.folder;
    this.#labels = parts.labels;
    this.#labelled = parts.count;
    const { events } = coordinator;
    events.on('drift', ({ features, window }) => {
      const drifted = features.filter(each => each.drifted).map(({ name }) => name);
      const words = features.find(({ name }) => name === watched)?.score ?? 0;
      this.happened.push({ kind: 'drift', at: window.to, features: drifted, words });
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
    events.on('version', ({ number, createdAt }) => {
      this.happened.push({ kind: 'trained', at: createdAt, version: number });
    });
    events.on('gate', decision => this.#decisions.set(decision.number, decision));
    events.on('fault', (where, error) => {
      this.#fault ??= error instanceof Error ? error : new Error(`${where}: ${error}`);
    });
  }

  /** A filter that has learned nothing, at `from`, ms since 1970. */
  static async open(mails: readonly DatedMail[], from: number, seed: number): Promise<Replay> {
    const folder = mkdtempSync(join(tmpdir(), 'murmuration-spam-'));
    const labels = join(folder, 'labels.jsonl');
    const count = countLabelled(mails, from);
    addLabels(labels, mails.slice(0, count).map(labelled));
    const clock = new VirtualClock(from);
    const { text: token, proof } = mintToken('operator', systemRandom, native);
    const coordinator = await createCoordinator(
      parseConfig({
        port: 0,
        log: 'silent',
        openEnrolment: true,
        operatorTokens: [{ id: proof.id, name: 'replay', role: 'admin', sha256: hex(proof.digest) }],
        inference: { drift: { every: week, atLeast: 100 }, feedback: { horizon: 60 * day } },
        limits: { requestsPerAddress: { burst: 1_000_000, perSecond: 1_000_000 } },
      }),
      [spamTask(labels)],
      { clock, random: systemRandom, roundRandom: seededRandom(seed, 'spam') },
    );
    const replay = new Replay(coordinator, { clock, mails, token, folder, labels, count });
    await coordinator.start();
    return replay;
  }

  /** Trains by hand, and compares with the last weeks from then on. */
  async train(): Promise<void> {
    await this.#ask('POST', '/v1/admin/tasks/spam/runs', {});
    await this.#trained();
  }

  /** Lets mails come, each at its time, until `until`, ms since 1970. */
  async play(until: number): Promise<void> {
    const coming = this.#mails.filter(({ at }) => at >= this.#clock.now() && at < until);
    for (const [number, mail] of coming.entries()) {
      await this.#pass(mail.at);
      const id = `${mail.at}-${number}`;
      const { isFlagged, version } = await this.#judge(mail, id);
      this.#ids.set(mail, id);
      this.judged.push({ mail, version, isFlagged });
    }
    await this.#pass(until);
  }

  /** Versions that were taken back by themselves. */
  get rollbacks(): number {
    return [...this.#decisions.values()].filter(({ rolledBack }) => rolledBack !== null).length;
  }

  /** How often versions were right, as far as the coordinator was told. */
  async accuracy(): Promise<
    readonly { readonly version: string; readonly outcomes: number; readonly value: number }[]
  > {
    const { models } = (await this.#ask('GET', '/v1/admin/inference')) as Inference;
    return models.flatMap(({ versions }) =>
      versions.flatMap(({ version, feedback }) =>
        feedback?.accuracy ? [{ version, outcomes: feedback.outcomes, value: feedback.accuracy.value }] : [],
      ),
    );
  }

  /** What a version says of a mail, whatever is served. */
  async says(version: number, mail: DatedMail): Promise<boolean> {
    return (await this.#judge(mail, undefined, `/versions/${version}`)).isFlagged;
  }

  async close(): Promise<void> {
    await this.#coordinator.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Goes on to a time, and stands still while the filter is trained: what comes of it is the same on every machine. */
  async #pass(time: number): Promise<void> {
    for (let now = this.#clock.now(); now < time; now = this.#clock.now()) {
      const weekEnd = (Math.floor(now / week) + 1) * week;
      await this.#clock.advance(Math.min(weekEnd, time) - now);
      // Windows end there.
      if (this.#clock.now() === weekEnd) await realTurn();
      await this.#label();
      while (this.#awaited > 0) {
        if (this.#fault !== undefined) throw this.#fault;
        await realTurn();
      }
      if (this.#isTraining) await this.#trained();
      if (this.#fault !== undefined) throw this.#fault;
    }
  }

  /** Waits for a run to end, its gate to decide, and sets what the version is compared with. */
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
    this.happened.push({ kind: decision, at: this.#clock.now(), version, reason });
    if (decision === 'refused') return;
    const now = this.#clock.now();
    const recent = this.#mails.filter(({ at }) => at < now && at >= now - remembered * week);
    await this.#ask('POST', `/v1/admin/monitor/spam/${version}/reference`, {
      sample: {
        'text (characters)': recent.map(({ text }) => text.length),
        'text (words)': recent.map(({ text }) => text.split(/[\0-\x20]+/).filter(word => word !== '').length),
      },
    });
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

  /** What people have said of mails by now: labels to learn from, and outcomes of what was predicted. */
  async #label(): Promise<void> {
    const before = this.#labelled;
    this.#labelled = countLabelled(this.#mails, this.#clock.now());
    const known = this.#mails.slice(before, this.#labelled);
    addLabels(this.#labels, known.map(labelled));
    for (const mail of known) {
      const id = this.#ids.get(mail);
      if (id === undefined) continue;
      this.#ids.delete(mail);
      await this.#ask('POST', '/v1/feedback', { id, outcome: mail.isSpam });
    }
  }

  async #judge(mail: DatedMail, id: string | undefined, at = '') {
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: [mail.text] }];
    const answer = (await this.#ask('POST', `/v2/models/spam${at}/infer`, { id, inputs })) as {
      model_version: string;
      outputs: readonly { data: readonly number[] }[];
    };
    return { version: Number(answer.model_version), isFlagged: answer.outputs[0]!.data[0]! > 0.5 };
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.#coordinator.url + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer;
    throw new MurmurationError('data.malformed', `${path}: ${JSON.stringify(answer).slice(0, 500)}`);
  }
}

/** How many of the first mails people have labelled by a time. */
function countLabelled(mails: readonly DatedMail[], now: number): number {
  const next = mails.findIndex(({ at }) => at > now - slowness);
  return next < 0 ? mails.length : next;
}

function labelled({ text, isSpam }: DatedMail) {
  return { buckets: bucketsOf(text), isSpam };
}

/** Lets threads, sockets and disks get on. */
function realTurn(): Promise<void> {
  return new Promise(resolve => systemClock.at(systemClock.now() + 5, resolve));
}
