import { MurmurationError } from '@murmuration/protocol/errors/errors';

/** Backends of TensorFlow.js that an app imports if it wants them. */
const graphics = ['webgl', 'webgpu'] as const;
type Graphics = (typeof graphics)[number];

/** Graphics backend: `webgl` of `@murmuration/engine/webgl`, or `webgpu` of `@murmuration/engine/webgpu`. */
export interface GraphicsBackend {
  readonly name: Graphics;
  /**
   * Imports the code that registers the backend with TensorFlow.js; registers nothing on a device that lacks
   * it.
   */
  load(): Promise<unknown>;
}

/** Backend of TensorFlow.js in browsers. */
export type BrowserBackend = 'wasm' | GraphicsBackend;

export type BrowserBackendName = 'wasm' | Graphics;

/**
 * Checks the backends of an option, which plain JavaScript may have given.
 *
 * @throws MurmurationError `options.invalid` for an unknown backend; its message says how to get it.
 */
export function requireBackends(backends: readonly unknown[]): readonly BrowserBackend[] {
  return backends.map(backend => {
    if (backend === 'wasm') return backend;
    const named = graphics.find(name => name === backend);
    if (named)
      throw new MurmurationError(
        'options.invalid',
        `backends: give { ${named} } of @murmuration/engine/${named} in place of its name.`,
      );
    const { name, load } = Object(backend) as Partial<GraphicsBackend>;
    if (graphics.some(each => each === name) && typeof load === 'function') return backend as GraphicsBackend;
    throw new MurmurationError(
      'options.invalid',
      `backends: ${JSON.stringify(backend)} is none; they are 'wasm', { webgl } of @murmuration/engine/webgl and { webgpu } of @murmuration/engine/webgpu.`,
    );
  });
}

export const nameOf = (backend: BrowserBackend): BrowserBackendName =>
  backend === 'wasm' ? backend : backend.name;
