import { Secret } from '@murmuration/rounds/tokens/secret';
import { webhookSecret } from '@murmuration/rounds/tokens/webhook-signature';
import * as z from 'zod';

/** One address that hears of alerts. The address may hold a secret of its own, so neither is ever shown. */
export const webhookSchema = z.strictObject({
  /** Where notices go: an http or https address without user, password and fragment. */
  url: z
    .string()
    .refine(isAddress, 'expected an http or https address without user, password and fragment')
    .transform(text => new Secret(new URL(text).href)),
  /** What notices are signed with: `whsec_` and 24 to 64 random bytes in base64. */
  secret: webhookSecret,
});

export type WebhookSettings = z.output<typeof webhookSchema>;

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash, hostname } = new URL(text);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && username === '' && password === '' && hash === '' && hostname !== '';
}
