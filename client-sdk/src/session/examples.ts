type Examples = Iterable<unknown> | AsyncIterable<unknown>;

/** How many there are, without keeping them. */
export async function countExamples(examples: Examples): Promise<number> {
  let count = 0;
  for await (const _ of examples) count += 1;
  return count;
}

export async function readExamples(examples: Examples): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const example of examples) all.push(example);
  return all;
}
