// For TypeScript where it can't know what will run the code, as under `moduleResolution: bundler`: the names of both.
export * from './browser.ts';
export * from './node.ts';
