/** Ids that sort by the time they were made. */

/** Milliseconds and 12 bits behind them, of the id made last. */
let lastStamp = 0n;

/** Unique, and greater than every id that this process has made before (UUIDv7, RFC 9562, 6.2 method 1). */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = BigInt(Date.now()) << 12n | BigInt(bytes[6]! & 7) << 8n | BigInt(bytes[7]!);
  lastStamp = now > lastStamp ? now : lastStamp + 1n;
  new DataView(bytes.buffer).setBigUint64(0, lastStamp >> 12n << 16n | 0x7000n | lastStamp & 0xfffn);
  bytes[8] = bytes[8]! & 0x3f | 0x80;
  const hex = bytes.toHex();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a string from outside has the shape of one of our ids. */
export function isId(text: string): boolean {
  return uuid.test(text);
}
