/** The token that the scripted model writes: `~` and when it was written, so that clients can count and time it in any framing. */

/** Of `~` and eight digits. */
export const markerLength = 9;
/** What it begins with, as a byte; nothing else in an answer has it. */
export const markerByte = 0x7e;
const digits = 8;
const base = 36;
/** Microseconds of the clock after which the digits begin again: 32 days. */
const roundUs = base ** digits;

/** Written where time does not matter. */
export const untimed = "~" + "0".repeat(digits);

/** For now. */
export function timed(): string {
  return `~${(nowUs() % roundUs).toString(base).padStart(digits, "0")}`;
}

/** How many milliseconds ago a marker at `at` was written; undefined for an untimed one. */
export function ageMs(bytes: Uint8Array, at: number): number | undefined {
  let writtenUs = 0;
  for (let i = at + 1; i < at + markerLength; i++) {
    const byte = bytes[i] ?? 0x30;
    writtenUs = writtenUs * base + (byte < 0x3a ? byte - 0x30 : byte - 0x57);
  }
  return writtenUs === 0 ? undefined : (nowUs() % roundUs - writtenUs) / 1000;
}

/** The machine's clock, which all processes of a run share. */
function nowUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
