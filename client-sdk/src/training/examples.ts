import { MurmurationError, messageOf } from '@murmuration/protocol/errors/errors';

type Given = Iterable<unknown> | AsyncIterable<unknown>;

/** Function of an app that gives the examples of a task. */
export type GiveExamples = () => Given | PromiseLike<Given>;

/** Returns true if there are at least `least`, without keeping them. Throws `app.examples`. */
export async function hasExamples(give: GiveExamples, least: number): Promise<boolean> {
  let missing = least;
  if (missing <= 0) return true;
  await walkExamples(give, () => --missing > 0);
  return missing <= 0;
}

/** Reads all examples. Throws `app.examples`. */
export async function readExamples(give: GiveExamples): Promise<unknown[]> {
  const all: unknown[] = [];
  await walkExamples(give, example => {
    all.push(example);
    return true;
  });
  return all;
}

/** Goes through the examples while `goesOn` returns true. Throws `app.examples`; errors with a code pass. */
export async function walkExamples(give: GiveExamples, goesOn: (example: unknown) => boolean): Promise<void> {
  let given: Given;
  try {
    given = await give();
    if (isIterable(given)) {
      for await (const example of given) if (!goesOn(example)) return;
      return;
    }
  } catch (cause) {
    if (cause instanceof MurmurationError) throw cause;
    throw broken(`failed: ${messageOf(cause)}`, cause);
  }
  throw broken(
    `gave ${given === null ? 'null' : typeof given}; it gives an array, or what else can be iterated`,
  );
}

function broken(why: string, cause?: unknown): MurmurationError {
  return new MurmurationError('app.examples', `The function "examples" of the app ${why}.`, { cause });
}

function isIterable(value: unknown): boolean {
  return value != null && (Symbol.iterator in Object(value) || Symbol.asyncIterator in Object(value));
}
