/** Number that JSON can't represent. */
interface Float {
  readonly float: string;
}

/** Encodes JSON that preserves every number, including NaN, infinities and −0. Its text has no NUL. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    typeof item === 'number' && (!Number.isFinite(item) || Object.is(item, -0))
      ? ({ float: Object.is(item, -0) ? '-0' : String(item) } satisfies Float)
      : item,
  );
}

export function fromJson<Value>(json: string): Value {
  return JSON.parse(json, (_key, item) => (isFloat(item) ? Number(item.float) : item));
}

function isFloat(item: unknown): item is Float {
  return typeof item === 'object' && item !== null && typeof (item as Float).float === 'string';
}
