// Types for compilers that can't know the platform, as under `moduleResolution: bundler`: the names of both.
export * from './browser.ts';
export * from './node.ts';
