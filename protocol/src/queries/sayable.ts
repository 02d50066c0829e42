/**
 * True if a device may report a text (SPEC QY8), whatever its length: a control character could steer the
 * terminal of a reader.
 */
export const isSayable = (text: string): boolean => text.length > 0 && !/[\p{Cc}\p{Surrogate}]/u.test(text);
