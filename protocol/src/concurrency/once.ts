/** Runs `work` once and shares its promise; runs it again at the next call if it failed. */
export function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let under: Promise<Result> | undefined;
  return () => {
    under ??= work().catch(error => {
      under = undefined;
      throw error;
    });
    return under;
  };
}
