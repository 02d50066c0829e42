/** Number of devices that may enrol with a token, unless its creator gives another one. */
export const usesByDefault = 1;
