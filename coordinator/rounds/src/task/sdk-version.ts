/** True if a version such as `0.9.0` is older than the other one. */
export function isOlder(version: string, other: string): boolean {
  const than = other.split('.').map(Number);
  for (const [place, part] of version.split('.').map(Number).entries())
    if (part !== than[place]) return part < (than[place] ?? 0);
  return false;
}
