import { webhook } from '@murmuration/rounds/task/retrain/triggers';
import { lineTask } from '../../e2e/line.ts';

export const webhookSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** A task that trains when its webhook is called, and whose gate, if it has one, lets small models pass. */
export const steeredTask = (isGated = true) =>
  lineTask({
    ...(isGated && { gate: { size: '1 KiB' } }),
    retrain: { when: [webhook({ name: 'lake', secret: webhookSecret })], until: { time: '1 h' } },
  });
