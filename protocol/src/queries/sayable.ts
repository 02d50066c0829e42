/** Whether a text is one that a device may say (SPEC QY8), whatever its length: a control character could steer the terminal of somebody who reads it. */
export const isSayable = (text: string): boolean => text.length > 0 && !/[\p{Cc}\p{Surrogate}]/u.test(text);
