/** What became of an attack. */
export interface Outcome {
  /** Whether it failed: for a run that must succeed, whether it did. */
  readonly held: boolean;
  /** Whether it succeeds once the rule is left out; null where nothing could be left out. */
  readonly succeedsWithoutRule: boolean | null;
}

/** One way in which somebody tries to make a promise false, with the attacker's side written out. */
export interface Attack {
  /** As `npm run faults -- attacks NAME` takes it. */
  readonly name: string;
  /** The rule of SPEC.md that must hold against it. */
  readonly rule: string;
  readonly run: () => Outcome | Promise<Outcome>;
}

/** The code of the refusal with which `work` ends; undefined where it succeeds. */
export function refusalOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
