const units = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** Returns a span of `ms` in its largest unit, such as "an hour" or "2.5 days". */
export function inWords(ms: number): string {
  const [length, name] = units.find(([unit]) => ms >= unit) ?? units[3];
  const count = Number((ms / length).toFixed(1));
  if (count === 1) return `${name === 'hour' ? 'an' : 'a'} ${name}`;
  return `${count} ${name}s`;
}
