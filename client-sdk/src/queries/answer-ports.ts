import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { HeldFloors } from '../floors/floors.ts';
import type { Storage } from '../storage/storage.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { FloorRefusal } from './answered.ts';
import type { EvaluationPorts } from './own-evaluation.ts';

export interface AnswerPorts {
  readonly clock: Clock;
  readonly floors: Pick<HeldFloors, 'queryThreshold' | 'queryPeriod' | 'privacy'>;
  /** Options by the query's name. */
  readonly allowed: Readonly<Record<string, AnswerOptions>>;
  readonly storage: Storage;
  readonly task: TaskName;
  /**
   * Returns the version that the coordinator has named for this device to
   * serve, once it is here; else undefined.
   */
  readonly named: () => Promise<ModelHash | undefined>;
  /** Decodes a frame; throws `protocol.frame`. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** Returns the seed of the device's identity, which is never sent. */
  readonly secret: () => Promise<Uint8Array | undefined>;
  readonly refusal: FloorRefusal;
  /** Ports for measuring versions; undefined for tasks that are not served. */
  readonly evaluation?: EvaluationPorts | undefined;
}
