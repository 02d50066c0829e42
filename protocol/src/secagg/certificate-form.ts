/** The length of a certificate: `u32 last day ‖ signature (64)`. */
export const certificateBytes = 68;

/** The day of a time in ms since 1970, in whole days since 1970 (UTC). */
export const dayOf = (time: number): number => Math.floor(time / 86_400_000);
