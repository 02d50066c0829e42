import { instant, taskName } from '@murmuration/api/scalars';
import * as z from 'zod';

export const noteText = z.object({ text: z.string().min(1).max(500) });

export const notes = z.object({
  notes: z.array(z.object({ task: taskName, text: z.string(), by: z.string(), at: instant })),
});
