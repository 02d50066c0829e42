import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** The OpenAPI description of the Open Inference Protocol, as its project publishes it: see test/vectors/README.md. */
const description = parse(
  readFileSync(new URL('../../../vectors/oip/open_inference_rest.yaml', import.meta.url), 'utf8'),
);
const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addSchema(description, 'oip');

const validators = new Map<string, ValidateFunction>();

/** What is wrong with an answer by a schema of the description, such as `inference_response`; empty where nothing is. */
export function breaches(schema: string, value: unknown): readonly string[] {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile({ $ref: `oip#/components/schemas/${schema}` });
    validators.set(schema, validate);
  }
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
