import { isHttpAddress } from '@murmuration/protocol/sending/exchange';
import { Redacted } from '@murmuration/rounds/tokens/secret';
import { webhookSecret } from '@murmuration/rounds/tokens/webhook-signature';
import * as z from 'zod';

/** Address that receives alerts. It may contain a secret, so neither it nor `secret` is ever shown. */
export const webhookSchema = z.strictObject({
  /** Address to which notices are sent: http or https, without user, password and fragment. */
  url: z
    .string()
    .refine(isHttpAddress, 'expected an http or https address without user, password and fragment')
    .transform(text => new Redacted(new URL(text).href)),
  /** Key that signs notices: `whsec_` and 24 to 64 random bytes in base64. */
  secret: webhookSecret,
});

export type WebhookSettings = z.output<typeof webhookSchema>;
