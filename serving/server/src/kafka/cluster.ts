import * as z from 'zod';

/** Begins the address of a broker that is reached by TLS. */
const encrypted = 'kafka+ssl://';

/** Connection to a Kafka cluster, as a configuration has it. */
export const clusterFields = {
  /** Addresses of the cluster's brokers: `host:port`, or `kafka+ssl://host:port` for TLS. */
  brokers: z
    .array(z.string().regex(/^(?:kafka\+ssl:\/\/)?[^\s/]+:\d{1,5}$/, 'expected host:port'))
    .min(1)
    .max(100)
    .refine(
      brokers => new Set(brokers.map(isEncrypted)).size === 1,
      `expected ${encrypted} before all addresses, or before none`,
    ),
  /** Login by SASL; null: none. @default null */
  sasl: z
    .strictObject({
      /** SASL mechanism; `plain` only with TLS. */
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      /** User name. */
      username: z.string().min(1).max(1_000),
      /** Password. For `kafka`, the variable `MURMURATION_KAFKA_PASSWORD` overrides it. */
      password: z.string().min(1).max(1_000),
    })
    .nullable()
    .default(null),
};

interface Cluster {
  readonly brokers: string[];
  readonly sasl: { readonly mechanism: string } | null;
}

/** Refinement of a schema with `clusterFields`: a login by `plain` needs TLS. */
export const hidesPassword = ({ brokers, sasl }: Cluster): boolean =>
  sasl?.mechanism !== 'plain' || brokers.every(isEncrypted);
export const showsPassword = {
  path: ['sasl', 'mechanism'],
  error: `plain shows the password on the way; expected ${encrypted} before the brokers, or a mechanism that begins with scram`,
};

/** Returns the settings with `tls`, and the brokers as `host:port`. */
export function connectionOf<Settings extends Cluster>(settings: Settings): Settings & { tls: boolean } {
  const { brokers } = settings;
  return {
    ...settings,
    brokers: brokers.map(broker => (isEncrypted(broker) ? broker.slice(encrypted.length) : broker)),
    tls: brokers.every(isEncrypted),
  };
}

function isEncrypted(broker: string): boolean {
  return broker.startsWith(encrypted);
}
