import type { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { ClientRole } from '../device/leadership.ts';
import type { OtherShape } from '../floors/model-shape.ts';
import type { Protection } from '../floors/protection.ts';
import type { HybridEvents } from '../hybrid/events.ts';
import type { SessionEvents } from '../session/events.ts';
import type { ConnectionState } from '../transport/connection-state.ts';

/** Events of a client. */
export interface ClientEvents extends SessionEvents, HybridEvents {
  /** State of the connection, with the problem and the time of the next try; equals `client.state`. */
  connection(state: ConnectionState): void;
  connected(): void;
  /**
   * Role of this client. Of the clients of one storage, such as tabs, one takes
   * part; the next takes over after it.
   */
  role(role: ClientRole): void;
  disconnected(reason: string): void;
  /**
   * Protection of this device's updates, at each start, and the floors that
   * the app has set below the defaults.
   */
  protection(event: Protection): void;
  /**
   * The round's model has another shape than the first: the device declines until
   * `acceptTopology(task, offered)`.
   */
  topology(event: OtherShape & { readonly task: TaskName }): void;
  /**
   * Error. The client goes on, except after `device.revoked`, and after `device.enrolment-used-up` where the
   * app enrols with a fixed token. A `plan.below-floor` is a `BelowFloor`, which names the floor.
   */
  error(error: MurmurationError): void;
}
