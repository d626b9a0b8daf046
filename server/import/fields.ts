/** Reads what another program wrote, of which nothing is certain: a field of the wrong kind is one that is not there. */

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Without what databases refuse; empty for anything else than text. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\ufffd") : "";
}

/** Of seconds or of ISO 8601; undefined for what is no time between 1990 and 2100. */
export function timeOf(value: unknown): number | undefined {
  const ms = typeof value === "number" ? Math.round(value * 1000) : typeof value === "string" ? Date.parse(value) : NaN;
  return ms > 631_152_000_000 && ms < 4_102_444_800_000 ? ms : undefined;
}
