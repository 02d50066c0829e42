import type { ModelHash, TaskName } from '@murmuration/protocol/ids/ids';
import type { Clock } from '@murmuration/protocol/time/clock';
import type { HeldFloors } from '../floors/floors.ts';
import type { Storage } from '../storage/storage.ts';
import type { AnswerOptions } from './answer-options.ts';
import type { Refusal } from './answered.ts';
import type { EvaluationPorts } from './own-evaluation.ts';

/** What the answers of a task work with. */
export interface AnswerPorts {
  readonly clock: Clock;
  readonly floors: Pick<HeldFloors, 'queryThreshold' | 'queryPeriod' | 'privacy'>;
  /** By the name of the query. */
  readonly allowed: Readonly<Record<string, AnswerOptions>>;
  readonly storage: Storage;
  readonly task: TaskName;
  /** The version that the coordinator has named to this device to serve, once it is there; undefined: none is. */
  readonly named: () => Promise<ModelHash | undefined>;
  /** The value of a frame; throws `protocol.frame`. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The seed of the device's identity, which it keeps and sends to nobody. */
  readonly secret: () => Promise<Uint8Array | undefined>;
  readonly refusal: Refusal;
  /** What versions are measured with; left out of tasks that are not served. */
  readonly evaluation?: EvaluationPorts | undefined;
}
