import { MurmurationError } from '@murmuration/protocol/errors/errors';
import { version_core } from '../tfjs/tf.ts';

/** Backends of TensorFlow.js that are packages of their own, which an app installs that wants them. */
const graphics = ['webgl', 'webgpu'] as const;
type Graphics = (typeof graphics)[number];

/** One of them: `webgl` of `@murmuration/engine/webgl`, `webgpu` of `@murmuration/engine/webgpu`. */
export interface GraphicsBackend {
  readonly name: Graphics;
  /** Brings in what registers it with TensorFlow.js, or nothing on a device that lacks it. */
  load(): Promise<unknown>;
}

/** A backend of TensorFlow.js in browsers. */
export type BrowserBackend = 'wasm' | GraphicsBackend;

export type BrowserBackendName = 'wasm' | Graphics;

/**
 * The backends of an option that plain JavaScript may have given.
 *
 * @throws MurmurationError `options.invalid` for what is none, which says how to get it.
 */
export function requireBackends(backends: readonly unknown[]): readonly BrowserBackend[] {
  return backends.map(backend => {
    if (backend === 'wasm') return backend;
    const named = graphics.find(name => name === backend);
    if (named)
      throw new MurmurationError(
        'options.invalid',
        `backends: ${named} is a package of its own. Run ${installing(named)}, and give { ${named} } of @murmuration/engine/${named} in place of its name.`,
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

/** How an app gets a backend that it has to install. */
export const installing = (name: Graphics) => `npm install @tensorflow/tfjs-backend-${name}@${version_core}`;
