/** Device as listed by GET /v1/admin/devices. */
export interface ListedDevice {
  readonly device: string;
  readonly enrolledAt: string;
  readonly revokedAt: string | null;
  readonly isConnected: boolean;
  /** Time of the last contact; null if there was none since it enrolled. */
  readonly seenAt: string | null;
  readonly platform: string | null;
  readonly sdk: string | null;
  /** Rounds in which it revealed or dealt wrong shares, unless pardoned. */
  readonly convictions: readonly { readonly round: string }[];
  /** Recent behaviour, by task. */
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
    /** Versions that contain its update. */
    readonly updates: number;
    readonly lastAt: string;
  }[];
}
