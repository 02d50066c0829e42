// How Node loads TypeScript: with blanks in place of its types, so that lines and columns stay what they are. What came of a source is kept
// until that changes, since a worker thread has loaded all of its sources in less time than a compiler takes to load.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const require = createRequire(import.meta.url);
const checkout = new URL('../', import.meta.url).href;
const cache = new URL('node_modules/.cache/murmuration/sources/', checkout);

/**
 * A task or a scenario may lie outside of this checkout, where nothing is installed. It finds `@murmuration/…` here, and `zod`, in which
 * scenarios describe their own settings, where it finds them nowhere else.
 * @param {string} specifier
 * @param {string | undefined} parent
 */
const mayLieElsewhere = (specifier, parent) =>
  /^(@murmuration\/|zod($|\/))/.test(specifier) && parent !== import.meta.url;

/**
 * For a thread of their own, as Node 20 has it.
 * @type {import('node:module').ResolveHook}
 */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!mayLieElsewhere(specifier, context.parentURL)) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}

/**
 * For a thread of their own, as Node 20 has it.
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, next) {
  return sourceOf(url) ?? next(url, context);
}

/** The same for the thread that loads, where Node can have them there: nothing waits for another one then. */
export const inThread = {
  /**
   * @param {string} specifier
   * @param {{ readonly parentURL?: string | undefined }} context
   * @param {(specifier: string, context: object) => unknown} next
   */
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!mayLieElsewhere(specifier, context.parentURL)) throw error;
      return next(specifier, { ...context, parentURL: import.meta.url });
    }
  },
  /**
   * @param {string} url
   * @param {object} context
   * @param {(url: string, context: object) => unknown} next
   */
  load: (url, context, next) => sourceOf(url) ?? next(url, context),
};

/**
 * A `.ts` file is an ECMAScript module, whatever the manifest above it says, if there is one. Undefined for all others.
 * @param {string} url
 */
function sourceOf(url) {
  const [file = ''] = url.split(/[?#]/);
  if (!file.startsWith('file:') || !file.endsWith('.ts')) return undefined;
  const source = file.startsWith(checkout) ? kept(file) : withoutTypes(file);
  return { format: /** @type {const} */ ('module'), shortCircuit: true, source };
}

/**
 * What a source of this checkout is without its types.
 * @param {string} url
 */
function kept(url) {
  const { mtimeMs, size } = statSync(new URL(url));
  // Behind the text, so that its lines stay.
  const mark = `\n// ${mtimeMs} ${size} ${url}`;
  const file = new URL(`${createHash('sha256').update(url).digest('hex').slice(0, 32)}.js`, cache);
  try {
    const text = readFileSync(file, 'utf8');
    if (text.endsWith(mark)) return text;
  } catch {
    // It was not loaded before.
  }
  const text = withoutTypes(url) + mark;
  try {
    mkdirSync(cache, { recursive: true });
    const unfinished = new URL(`${file.href}.${process.pid}.${threadId}`);
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch {
    // Where nothing can be kept, it is read again each time.
  }
  return text;
}

/**
 * @param {string} url
 * @throws {SyntaxError} for what is more than types: enums, namespaces with values, parameter properties.
 */
function withoutTypes(url) {
  const { default: blank } = require('ts-blank-space');
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  return blank(text, node => {
    const line = text.slice(0, node.getStart()).split('\n').length;
    throw new SyntaxError(
      `${path}:${line} holds TypeScript that is more than types, such as an enum. Write it in JavaScript's own words.`,
    );
  });
}
