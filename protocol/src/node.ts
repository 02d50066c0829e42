export { native } from './primitives/node.ts';
