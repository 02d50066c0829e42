/** A value that fits each name in a path. */
export const pathValues: Readonly<Record<string, string>> = {
  task: 'line',
  query: 'words',
  model: 'a'.repeat(64),
  weights: `${'a'.repeat(64)}.bin`,
  round: 'r'.repeat(22),
  assignment: 'a'.repeat(22),
  device: 'd'.repeat(22),
  token: 't'.repeat(16),
  alias: 'champion',
  number: '1',
  window: '1',
  name: 'one',
};
