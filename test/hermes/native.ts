import { portable } from '@murmuration/protocol/primitives/portable';

/** Takes the place of Node's primitives in programs for Hermes. */
export const native = portable;
