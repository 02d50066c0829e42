import type { CoordinatorEvent } from './channel.ts';

/** Kind of a device's input at the start of a masking phase. */
export type MaskingEvent = Extract<CoordinatorEvent, 'roster' | 'bundle' | 'survivors' | 'agreed'>;
