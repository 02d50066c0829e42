/** Day of the viewer's zone, in the format of date fields. */
const dayPattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const valid = { outcome: /^(?:published|failed)$/, from: dayPattern, to: dayPattern };

/** Choices of an address that filter rounds; empty where it has none that is valid. */
export function filterIn(parameters: URLSearchParams): Readonly<Record<keyof typeof valid, string>> {
  const chosen = (name: keyof typeof valid) => valid[name].exec(parameters.get(name) ?? '')?.[0] ?? '';
  return { outcome: chosen('outcome'), from: chosen('from'), to: chosen('to') };
}

/** Query parameters of the filter in an address: from the beginning of one day to the end of another. */
export function queryOf(parameters: URLSearchParams): string {
  const { outcome, from, to } = filterIn(parameters);
  const parts = [
    outcome && `outcome=${outcome}`,
    from && `since=${dayOf(from, 0)}`,
    to && `until=${dayOf(to, 1)}`,
  ];
  return parts.map(part => (part ? `&${part}` : '')).join('');
}

/** Beginning of a day of the viewer's zone, `later` days after the given one. */
function dayOf(date: string, later: number): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, day + later).toISOString();
}
