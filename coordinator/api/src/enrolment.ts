/** Devices that may enrol with a token of which nobody said how many: one. */
export const usesByDefault = 1;
