import * as z from 'zod';
import { count, instant } from './scalars.ts';

export const logLineLevels = ['info', 'warn', 'error'] as const;
export type LogLineLevel = (typeof logLineLevels)[number];

/** Line of the coordinator's log, without secrets. */
export const logLine = z.object({
  number: count.describe('Counts lines from 1 since the coordinator started'),
  time: instant,
  level: z.enum(logLineLevels),
  message: z.string(),
  fields: z.record(z.string(), z.string()).describe('What else the line says, as texts; long ones are cut'),
});
export type LogLine = z.infer<typeof logLine>;

export const logQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).describe('Only lines with higher numbers'),
});

/** GET /v1/admin/log, and event of the live feed for operators. */
export const logLines = z.object({
  run: instant.describe('When the coordinator started; with another start the numbers begin again'),
  lines: z.array(logLine).describe('Oldest first; the newest lines since the start that fit in memory'),
});
export type LogLines = z.infer<typeof logLines>;
