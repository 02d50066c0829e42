/** Day of a time in ms since 1970, in whole days since 1970 (UTC). */
export const dayOf = (time: number): number => Math.floor(time / 86_400_000);
