// For tasks and scenarios that lie outside of this checkout: resolves `@murmuration/…`, and `zod`, in which scenarios describe their own
// settings, from here where they are found nowhere else; and takes a `.ts` file for the ECMAScript module that it is, whatever the manifest above it says, if there is one.

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, next) {
  const found = await nearest(specifier, context, next);
  const isOutside = found.url.startsWith('file:') && !found.url.startsWith(checkout);
  return isOutside && /\.ts(\?|$)/.test(found.url) ? { ...found, format: 'module' } : found;
}

const checkout = new URL('../', import.meta.url).href;

/** @type {import('node:module').ResolveHook} */
async function nearest(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^(@murmuration\/|zod($|\/))/.test(specifier) || context.parentURL === import.meta.url) throw error;
    return next(specifier, { ...context, parentURL: import.meta.url });
  }
}
