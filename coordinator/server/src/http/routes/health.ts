import { MurmurationError } from '@murmuration/protocol/errors/errors';
import type { TaskName } from '@murmuration/protocol/ids/ids';
import type { Unreadable } from '@murmuration/rounds/promotion/readability';
import * as z from 'zod';
import type { App } from '../app.ts';
import { problem } from '../problem.ts';

const health = z.object({
  status: z.literal('ok'),
  name: z.literal('murmuration').describe('What answers, for devices that can not connect'),
});

/** Inputs of readiness. */
export interface Readiness {
  readonly isOpen: () => boolean;
  /** Returns the names of all tasks. */
  readonly tasks: () => readonly TaskName[];
  readonly unreadable: () => readonly Unreadable[];
  /**
   * Returns the time since which the storage can't be written, in ms since 1970, or null if it can; undefined
   * if that is not watched.
   */
  readonly silentSince?: () => number | null;
}

const ready = z.object({
  status: z.literal('ok'),
  unreadable: z
    .array(z.object({ task: z.string(), number: z.int() }))
    .optional()
    .describe('Versions from which rounds can not train; left out where there are none'),
});

/**
 * Adds liveness (the process answers) and readiness: it takes devices, is not stopping, its storage can be
 * written, and it can begin rounds of a task; tasks whose rounds can't begin are named.
 */
export function healthRoutes(app: App, { isOpen, tasks, unreadable, silentSince }: Readiness): void {
  app.get(
    '/health/live',
    { schema: { summary: 'Whether the process answers', response: { 200: health } } },
    () => ({ status: 'ok' as const, name: 'murmuration' as const }),
  );
  app.get(
    '/health/ready',
    { schema: { summary: 'Whether the coordinator takes devices', response: { 200: ready, 503: problem } } },
    () => {
      if (!isOpen()) throw new MurmurationError('server.stopping');
      const since = silentSince?.() ?? null;
      if (since !== null)
        throw new MurmurationError(
          'storage.slow',
          `The storage has taken nothing since ${new Date(since).toISOString()}; see what the database or the disk does.`,
        );
      const bases = unreadable().filter(({ use }) => use === 'base');
      if (bases.length === 0) return { status: 'ok' as const };
      if (tasks().every(name => bases.some(({ task }) => task === name)))
        throw new MurmurationError(
          'model.unreadable',
          `${bases.map(({ task, number }) => `Version ${number} of ${task}`).join(', ')} can't be read, so that no round begins. Put the files of a backup in place, or set an older version: murmuration models rollback TASK@NUMBER.`,
        );
      return { status: 'ok' as const, unreadable: bases.map(({ task, number }) => ({ task, number })) };
    },
  );
}
