// Public entry point for files that define a search space for `npm run simulate -- tune`.
export type { SettingDistribution } from './spaces/distributions.ts';
export { choice, integer, logUniform, oneOf, uniform } from './spaces/distributions.ts';
export type { GivenSpace } from './spaces/given-space.ts';
export { defineSpace } from './spaces/given-space.ts';
