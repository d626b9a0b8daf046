/** Ids that sort by the time they were made. */

/** Time-ordered and unique (UUIDv7, RFC 9562). */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const time = BigInt(Date.now()) << 16n | 0x7000n | BigInt(bytes[6]! & 15) << 8n | BigInt(bytes[7]!);
  new DataView(bytes.buffer).setBigUint64(0, time);
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = bytes.toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a string from outside has the shape of one of our ids. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
