/** As GET /v1/admin/devices lists them. */
export interface Device {
  readonly device: string;
  readonly enrolledAt: string;
  readonly revokedAt: string | null;
  readonly isConnected: boolean;
  /** null: never since it enrolled. */
  readonly seenAt: string | null;
  readonly platform: string | null;
  readonly sdk: string | null;
  /** Rounds in which it revealed or dealt wrong shares, unless pardoned. */
  readonly convictions: readonly { readonly round: string }[];
  /** How it behaved lately, by task. */
  readonly marks: readonly {
    readonly failures: number;
    readonly apartUntil: string | null;
    readonly silences: number;
    readonly delays: number;
  }[];
  readonly tasks: readonly {
    readonly task: string;
    /** Rounds whose cohort it was in. */
    readonly rounds: number;
    /** Versions that have its update in them. */
    readonly updates: number;
    readonly lastAt: string;
  }[];
}
