type Examples = Iterable<unknown> | AsyncIterable<unknown>;

/** Whether there are so many, without keeping them. */
export async function hasExamples(examples: Examples, least: number): Promise<boolean> {
  let missing = least;
  if (missing <= 0) return true;
  for await (const _ of examples) if (--missing === 0) return true;
  return false;
}

export async function readExamples(examples: Examples): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const example of examples) all.push(example);
  return all;
}
