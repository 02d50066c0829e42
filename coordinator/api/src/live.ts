import * as z from 'zod';
import type { LogLines } from './log.ts';
import type { overview } from './overview.ts';
import { taskName } from './scalars.ts';

/**
 * Path of the operators' socket.io endpoint; authenticated by the cookie of a session, or a token in a
 * header.
 */
export const livePath = '/v1/admin/live';

/** Subjects of changes, after which a page should reload. */
export const subjects = [
  'tasks',
  'rounds',
  'runs',
  'queries',
  'versions',
  'settings',
  'devices',
  'connections',
  'enrolment-tokens',
  'operator-tokens',
  'audit',
  'alerts',
  'inference',
  'inference-tokens',
  'monitor',
  'experiments',
] as const;
export type Subject = (typeof subjects)[number];

/** Change of a subject, in one task or in general. */
export const changed = z.object({ subject: z.enum(subjects), task: taskName.nullable() });
export type Changed = z.infer<typeof changed>;

export interface LiveEvents {
  /** Sent on connection, and after each change, at most 5 a second. */
  overview(state: z.infer<typeof overview>): void;
  /**
   * Sent soon after a change; at most once in 2 s for devices that connect and leave, inference, and figures
   * of experiments.
   */
  changed(what: Changed): void;
  /** Sends lines of the log soon after they were written, to operators and admins. */
  log(lines: LogLines): void;
  /** Sent when the session or token is no longer valid; the connection ends. */
  'signed-out'(): void;
}
