import { answering } from '@murmuration/client-sdk/client/answering';
import { identityName } from '@murmuration/client-sdk/device/identity';
import { BelowFloor } from '@murmuration/client-sdk/floors/below-floor';
import { heldFloors } from '@murmuration/client-sdk/floors/floors';
import type { AnswerOptions } from '@murmuration/client-sdk/queries/answer-options';
import type { EvaluationPorts } from '@murmuration/client-sdk/queries/own-evaluation';
import type { SessionAnswers } from '@murmuration/client-sdk/session/ports';
import { memoryStorage } from '@murmuration/client-sdk/storage/memory';
import type { Storage } from '@murmuration/client-sdk/storage/storage';
import type { Answered } from '@murmuration/client-sdk/update/prepare';
import { utf8 } from '@murmuration/protocol/encoding/bytes';
import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Plan } from '@murmuration/protocol/messages/plan';
import { roundOf } from '@murmuration/protocol/queries/offer';
import type { Query } from '@murmuration/protocol/queries/query';
import { writeQuery } from '@murmuration/protocol/queries/query-bytes';
import { sideAsked } from '@murmuration/protocol/queries/sides';
import type { VirtualClock } from '@murmuration/protocol/time/virtual-clock';
import { sha256 } from '@noble/hashes/sha2.js';
import { putOn } from '../../sides.ts';
import { assignmentOf } from '../../unit/client-sdk/memory-coordinator.ts';
import { fair } from './victim.ts';

/** What the app of a device allows in a task, and what the SDK reads in it. */
export interface AppTask {
  readonly answers: Readonly<Record<string, AnswerOptions>>;
  /** Sequences of ids, each an example. */
  readonly examples?: () => readonly (readonly number[])[];
}

export interface Setting {
  readonly number: number;
  readonly clock: VirtualClock;
  readonly app: Readonly<Record<string, AppTask>>;
  readonly storage?: Storage;
  /** The version that was named to the device. */
  readonly named?: ModelHash;
  /** A plant: it has no side, and forgets which sums it was in. */
  readonly withoutRules?: boolean;
}

/** The SDK's own answers of one device; sums of them are what an attacker sees once masks are gone. */
export class AskedDevice {
  readonly storage: Storage;
  readonly #setting: Setting;
  #rounds = 0;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.storage = setting.storage ?? memoryStorage();
  }

  /** What it says where it takes part; undefined: it leaves before its first message. */
  async answer(query: Query, task = 'keyboard', change: Partial<Plan> = {}): Promise<Int32Array | undefined> {
    const { number, clock } = this.#setting;
    const plan = { ...fair, task: task as TaskName, query: writeQuery(query), ...change };
    const assignment = assignmentOf(clock, `d${number}-${this.#rounds++}`, plan);
    const part = (await this.answersIn(task, query)).part(assignment);
    const { signal } = new AbortController();
    try {
      await part.require(signal, false);
    } catch (error) {
      if (error instanceof BelowFloor) return undefined;
      throw error;
    }
    const { elements } = (await part.make(signal, () => {})) as Answered;
    await part.count();
    return elements;
  }

  /** What answers for a task, as a client that has just started has it. */
  async answersIn(task: string, query?: Query): Promise<SessionAnswers> {
    const { number, clock, app, named, withoutRules } = this.#setting;
    const { answers, examples } = app[task]!;
    let { storage } = this;
    if (withoutRules && query) {
      storage = memoryStorage();
      const told = await this.storage.get(`outcomes.${task}`);
      if (told) await storage.put(`outcomes.${task}`, told);
      const { source, answer } = answers[query.name]!;
      const side = sideAsked(query.kind, roundOf(query)) ?? 'counts';
      await putOn(side, source ?? (answer ? query.name : 'examples'), storage, number);
    } else if (!(await storage.get(identityName))) await storage.put(identityName, sha256(utf8(`${number}`)));
    return answering({
      clock,
      floors: heldFloors({ queryThreshold: 3 }),
      allowed: answers,
      storage,
      task: task as TaskName,
      named: async () => named,
      ...(examples && { evaluation: { examples, serving } as unknown as EvaluationPorts }),
    })();
  }
}

/** Examples are sequences of classes; each after its first id is a question. */
export const serving = {
  classes: 1_000,
  firstClass: 0,
  questions: (example: unknown) => {
    const ids = example as readonly number[];
    const targets = ids.map((id, i) => ({ position: i - 1, class: id }));
    return { input: ids, targets };
  },
};

/** The sum of those who take part, and who they are. */
export async function sumOver(devices: readonly AskedDevice[], query: Query, task?: string) {
  let sum: Int32Array | undefined;
  const who = new Set<AskedDevice>();
  for (const device of devices) {
    const said = await device.answer(query, task, { largestCohort: 60 });
    if (!said) continue;
    who.add(device);
    sum ??= new Int32Array(said.length);
    for (const [i, element] of said.entries()) sum[i] = (sum[i]! + element) | 0;
  }
  return { sum: sum ?? new Int32Array(0), who };
}
