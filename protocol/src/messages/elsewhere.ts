import * as z from 'zod/mini';

/** Content type of an answer that has the address of a file in place of its bytes. */
export const addressType = 'application/vnd.murmuration.address+json';

/**
 * Accept header of a device that can fetch a file elsewhere; browsers send this header without a preflight
 * request.
 */
export const acceptsAddress = `${addressType}, application/octet-stream;q=0.9`;

/** Maximum characters of an address; signed ones include temporary credentials. */
const maxAddressLength = 16_384;

/** Temporary address of a file, valid for a few minutes. It is a secret: it needs no other credential. */
export const fileAddress = z.object({ url: z.string().check(z.maxLength(maxAddressLength)) });
