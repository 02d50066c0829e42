import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where images are named by `NAME:TAG`, with or without a digest. */
const places = ['Dockerfile', 'deploy/compose/compose.yaml', 'scripts/kubernetes/entrance.mjs'];
const named = /(^FROM |^ +image: |haproxyImage = ')([a-z0-9._/-]+):([\w.-]+)(?:@sha256:[0-9a-f]{64})?/gm;

/** What a tag may name: a list of images by platform, or one image. */
const accept = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Writes, behind each tag in the files of the repository, the digest that the registry has for it now, and returns `NAME:TAG@DIGEST`s. */
export async function pinImages(root: string, registry: string): Promise<string[]> {
  const digests = new Map<string, string>();
  const texts = places.map(place => [join(root, place), readFileSync(join(root, place), 'utf8')] as const);
  for (const [, text] of texts)
    for (const [, , name, tag] of text.matchAll(named))
      if (!digests.has(`${name}:${tag}`))
        digests.set(`${name}:${tag}`, await digestOf(registry, name!, tag!));
  // Only once all are known: files that are half pinned would name images of two days.
  for (const [path, text] of texts)
    writeFileSync(
      path,
      text.replace(
        named,
        (_, before, name, tag) => `${before}${name}:${tag}@${digests.get(`${name}:${tag}`)}`,
      ),
    );
  return [...digests].map(([image, digest]) => `${image}@${digest}`);
}

/** Asks a registry what a tag names (OCI distribution specification 1.1, "Checking if content exists in the registry"). */
async function digestOf(registry: string, name: string, tag: string): Promise<string> {
  const repository = name.includes('/') ? name : `library/${name}`;
  const ask = (headers: Record<string, string>) =>
    fetch(`${registry}/v2/${repository}/manifests/${tag}`, {
      method: 'HEAD',
      headers: { accept, ...headers },
    });
  let answer = await ask({});
  if (answer.status === 401) {
    const challenge = answer.headers.get('www-authenticate') ?? '';
    const part = (key: string) => new RegExp(`${key}="([^"]*)"`).exec(challenge)?.[1] ?? '';
    const query = new URLSearchParams({ service: part('service'), scope: part('scope') });
    const { token } = (await (await fetch(`${part('realm')}?${query}`)).json()) as { token: string };
    answer = await ask({ authorization: `Bearer ${token}` });
  }
  const digest = answer.headers.get('docker-content-digest') ?? '';
  if (!answer.ok || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new Error(`${registry} names no digest of ${name}:${tag}; it answered ${answer.status}.`);
  return digest;
}
