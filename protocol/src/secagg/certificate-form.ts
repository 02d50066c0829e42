/** Bytes of a certificate: `u32 last day ‖ signature (64)`. */
export const certificateBytes = 68;
