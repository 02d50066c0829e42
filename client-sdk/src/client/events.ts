import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Role } from '../device/leadership.ts';
import type { OtherShape } from '../floors/model-shape.ts';
import type { Protection } from '../floors/protection.ts';
import type { HybridEvents } from '../hybrid/events.ts';
import type { SessionEvents } from '../session/events.ts';
import type { ConnectionState } from '../transport/connection-state.ts';

/** What an app can listen to. */
export interface ClientEvents extends SessionEvents, HybridEvents {
  /** How the client stands with its coordinator has changed: with what is in the way, and when it tries again. `client.state` is the same. */
  connection(state: ConnectionState): void;
  connected(): void;
  /** One client of a storage takes part at a time: this one, or another, such as another tab of the app; it follows once that has gone. */
  role(role: Role): void;
  disconnected(reason: string): void;
  /** The client starts: what protects this device's updates, and which floors the app has set below the defaults. */
  protection(event: Protection): void;
  /** The model of a round is of another shape than the first one: the device declines until `acceptTopology(task, offered)`. */
  topology(event: OtherShape & { readonly task: TaskName }): void;
  /**
   * What went wrong; the client goes on by itself, but stops at `device.revoked`, and at
   * `device.enrolment-used-up` where the app enrols with a fixed token. A `plan.below-floor` is a `BelowFloor`, which names the
   * floor.
   */
  error(error: MurmurationError): void;
}
