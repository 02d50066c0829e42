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
  readonly tasks: readonly {
    readonly task: string;
    /** Rounds whose cohort it was in. */
    readonly rounds: number;
    /** Versions that have its update in them. */
    readonly updates: number;
    readonly lastAt: string;
  }[];
}
