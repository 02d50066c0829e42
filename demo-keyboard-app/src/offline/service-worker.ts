/** Files of this build, and a name that changes with them; the bundler fills them in. */
declare const __BUILD__: { readonly name: string; readonly files: readonly string[] };

/** Parts of `ServiceWorkerGlobalScope` that are used. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Lifetime) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetched) => void): void;
}
interface Lifetime {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Lifetime {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = self as unknown as Scope;
const cachePrefix = 'murmuration-keyboard ';
const cacheName = cachePrefix + __BUILD__.name;
const page = scope.registration.scope;
/** Options that ignore `Vary: Origin`, since these files do not differ by origin. */
const anyOrigin = { ignoreVary: true } as const;

scope.addEventListener('install', event => {
  event.waitUntil(keep().then(() => scope.skipWaiting()));
});

scope.addEventListener('activate', event => {
  event.waitUntil(dropOthers().then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', event => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(page)) return;
  if (request.url.startsWith(`${page}assets/`)) event.respondWith(fromCache(request));
  else if (request.mode === 'navigate') event.respondWith(fromNetwork(request, page));
  else event.respondWith(fromNetwork(request, request.url));
});

async function keep(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll(['', 'setup.json', ...__BUILD__.files].map(file => new URL(file, page)).map(String));
}

async function dropOthers(): Promise<void> {
  for (const other of await caches.keys())
    if (other.startsWith(cachePrefix) && other !== cacheName) await caches.delete(other);
}

/** Answers from the cache: files with a hash in their names never change. */
async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request, anyOrigin)) ?? fetch(request);
}

/** Answers from the network, and keeps the last answer under `key` for when there is none. */
async function fromNetwork(request: Request, key: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(key, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(key, anyOrigin);
    if (kept) return kept;
    throw error;
  }
}
