// What a file imports that says which settings `npm run simulate -- tune` searches.
export type { Distribution } from './spaces/distributions.ts';
export { choice, integer, logUniform, oneOf, uniform } from './spaces/distributions.ts';
export type { GivenSpace } from './spaces/given-space.ts';
export { defineSpace } from './spaces/given-space.ts';
