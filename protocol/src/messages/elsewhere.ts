import * as z from 'zod/mini';

/** The type of an answer that says where a file is, in place of its bytes. */
export const addressType = 'application/vnd.murmuration.address+json';

/** What a device accepts that goes elsewhere for a file: no header for which a browser would have to ask first. */
export const acceptsAddress = `${addressType}, application/octet-stream;q=0.9`;

/** Longest address, characters: signed ones have room for passing credentials. */
const longestAddress = 16_384;

/** Where the bytes of a file are for a few minutes; a secret, since nothing else has to be shown there. */
export const fileAddress = z.object({ url: z.string().check(z.maxLength(longestAddress)) });
