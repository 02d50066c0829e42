/** Returns a text that no other version of any model has. */
export function keyOf(model: string, version: string): string {
  return JSON.stringify([model, version]);
}
