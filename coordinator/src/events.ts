import { EventEmitter } from 'node:events';
import type { ErrorCode } from '@murmuration/protocol/errors';
import type { DeviceId, TaskName } from '@murmuration/protocol/ids';
import type { ModelVersion } from './registry/model-version.ts';
import type { RoundRecord } from './round/record.ts';
import type { RoundState } from './round/round.ts';

/** What happens in a coordinator; whoever watches (log, metrics, dashboard) listens here and changes nothing. */
interface EventMap {
  /** A round changed, in its phase or in its counts. */
  round: [state: RoundState];
  'round-ended': [record: RoundRecord];
  version: [version: ModelVersion];
  enrolled: [device: DeviceId];
  connected: [device: DeviceId, platform: string, sdk: string];
  disconnected: [device: DeviceId];
  'checked-in': [device: DeviceId, task: TaskName, decision: 'waiting' | 'later'];
  /** A message, an upload or a request was refused. */
  refused: [where: string, code: ErrorCode, detail: string];
  /** Something of ours broke; the coordinator goes on. */
  fault: [where: string, error: unknown];
}

export class CoordinatorEvents extends EventEmitter<EventMap> {}
