// Types for TypeScript under `moduleResolution: bundler`, which can't know the platform: the names of both.
export * from './browser.ts';
export { fileStorage, nodePlatform } from './node.ts';
