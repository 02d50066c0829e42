import * as z from 'zod';
import type { LogLines } from './log.ts';
import type { overview } from './overview.ts';
import { taskName } from './scalars.ts';

/** Path of the operators' socket.io endpoint; the cookie of a session, or the header of a token, says who it is. */
export const livePath = '/v1/admin/live';

/** What a page that shows it should ask for again. */
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

/** Something of that kind changed; of one task, or of none in particular. */
export const changed = z.object({ subject: z.enum(subjects), task: taskName.nullable() });
export type Changed = z.infer<typeof changed>;

/** Events from the coordinator; a dashboard sends none. */
export interface LiveEvents {
  /** At once when it connects, and after each change, at most 5 a second. */
  overview(state: z.infer<typeof overview>): void;
  /** Soon after it changed; of devices that connect and leave, of inference and of what experiments measure, at most once in 2 s. */
  changed(what: Changed): void;
  /** Lines of the log, to those whose role is operator or admin; soon after they were written. */
  log(lines: LogLines): void;
  /** The session or token counts no more; the connection ends. */
  'signed-out'(): void;
}
