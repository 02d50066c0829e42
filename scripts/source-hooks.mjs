// How Node loads TypeScript: with blanks in place of its types, so that lines and columns stay what they are. What came of a source is kept
// until that changes, since a worker thread has loaded all of its sources in less time than a compiler takes to load.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { threadId } from 'node:worker_threads';

const checkout = new URL('../', import.meta.url).href;
const cache = new URL('node_modules/.cache/murmuration/sources/', checkout);

/**
 * A task or a scenario may lie outside of this checkout, where nothing is installed. It finds `@murmuration/…` here, and `zod`, in which
 * scenarios describe their own settings, where it finds them nowhere else.
 * @type {import('node:module').ResolveHook}
 */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^(@murmuration\/|zod($|\/))/.test(specifier) || context.parentURL === import.meta.url) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}

/**
 * A `.ts` file is an ECMAScript module, whatever the manifest above it says, if there is one.
 * @type {import('node:module').LoadHook}
 */
export async function load(url, context, next) {
  const [file = ''] = url.split(/[?#]/);
  if (!file.startsWith('file:') || !file.endsWith('.ts')) return next(url, context);
  const source = file.startsWith(checkout) ? await kept(file) : await withoutTypes(file);
  return { format: 'module', shortCircuit: true, source };
}

/**
 * What a source of this checkout is without its types.
 * @param {string} url
 */
async function kept(url) {
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
  const text = (await withoutTypes(url)) + mark;
  try {
    mkdirSync(cache, { recursive: true });
    const unfinished = new URL(`${file.href}.${process.pid}.${threadId}`);
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch {
    // Where nothing can be kept, it is read anew each time.
  }
  return text;
}

/**
 * @param {string} url
 * @throws {SyntaxError} for what is more than types: enums, namespaces with values, parameter properties.
 */
async function withoutTypes(url) {
  const { default: blank } = await import('ts-blank-space');
  const path = fileURLToPath(url);
  const text = readFileSync(path, 'utf8');
  return blank(text, node => {
    const line = text.slice(0, node.getStart()).split('\n').length;
    throw new SyntaxError(
      `${path}:${line} holds TypeScript that is more than types, such as an enum. Write it in JavaScript's own words.`,
    );
  });
}
