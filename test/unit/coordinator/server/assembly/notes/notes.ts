import { taskName } from '@murmuration/api/scalars';
import type { ServedScope } from '@murmuration/coordinator/assembly/scope';
import { operatorOf } from '@murmuration/coordinator/http/routes/admin/scope';
import { Counter } from 'prom-client';
import * as z from 'zod';
import { notes, noteText } from './notes-api.ts';

/** Notes of a task that are kept, the newest. */
const most = 2;
const kind = 'note';

interface Note {
  readonly text: string;
  readonly by: string;
}

/** Opens what operators note about tasks: kept as documents, with routes and a metric of their own. */
export function openNotes({ storage: { documents }, clock, metrics, admin, opened }: ServedScope): void {
  const written = new Counter({
    name: 'notes_written_total',
    help: 'Notes that operators wrote.',
    registers: [metrics],
  });
  let isOpen = true;
  opened.add(() => {
    isOpen = false;
  });
  const params = z.object({ task: taskName });
  admin(routes => {
    routes.get(
      '/notes/:task',
      { config: { least: 'viewer' }, schema: { summary: 'Notes', params, response: { 200: notes } } },
      async ({ params: { task } }) => {
        const found = await documents.list<Note>(kind, { scope: task });
        return {
          notes: found.map(({ at, value }) => ({ task, ...value, at: new Date(at).toISOString() })),
        };
      },
    );
    routes.post(
      '/notes/:task',
      { config: { least: 'operator' }, schema: { summary: 'Write a note', params, body: noteText } },
      async (request, reply) => {
        if (!isOpen) return reply.code(503).send();
        const { task } = request.params;
        const at = clock.now();
        const value: Note = { text: request.body.text, by: operatorOf(request).name };
        await documents.change({
          put: [{ kind, scope: task, key: `${at}`, at, value }],
          newest: { kind, scope: task, most },
        });
        written.inc();
        return reply.code(204).send();
      },
    );
  });
}
