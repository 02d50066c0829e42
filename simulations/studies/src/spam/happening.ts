/** Event around the filter; times are in ms since 1970. */
export type Happening =
  | {
      readonly kind: 'drift';
      readonly at: number;
      readonly features: readonly string[];
      readonly words: number;
    }
  | { readonly kind: 'trained'; readonly at: number; readonly version: number }
  | {
      readonly kind: 'promoted' | 'refused';
      readonly at: number;
      readonly version: number;
      /** Reason for which the gate refused it; null if it did not. */
      readonly reason: string | null;
    };
