/** Does something once; what failed is done again at the next call. */
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
