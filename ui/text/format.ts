/** Numbers, times and names as people read them. */

/** What time it is and where: the server's at first, the reader's own from then on. */
export interface Clock {
  readonly nowMs: number;
  /** IANA, e.g. "Europe/Stockholm". */
  readonly timeZone: string;
}

const locale = "en-GB";
const formats = new Map<string, Intl.DateTimeFormat>();

/** "09:31" */
export function timeOfDay(iso: string, clock: Clock): string {
  return dateFormat(clock, { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** "Today", "Yesterday", "Tuesday 17 November", with the year when it is not this one. */
export function dayName(iso: string, clock: Clock): string {
  const key = dayKey(iso, clock);
  if (key === dayKey(clock.nowMs, clock)) return "Today";
  if (key === dayKey(clock.nowMs - 86_400_000, clock)) return "Yesterday";
  const isThisYear = key.slice(-4) === dayKey(clock.nowMs, clock).slice(-4);
  const day = dateFormat(clock, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(isThisYear ? {} : { year: "numeric" }),
  }).format(new Date(iso));
  return day.replace(",", "");
}

/** Equal for two times of the same day. */
export function dayKey(time: string | number, clock: Clock): string {
  return dateFormat(clock, { day: "2-digit", month: "2-digit", year: "numeric" }).format(new Date(time));
}

/** "Good morning" */
export function greeting(clock: Clock): string {
  const hour = Number(dateFormat(clock, { hour: "2-digit" }).format(new Date(clock.nowMs)));
  return hour < 5 ? "Good night" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
}

/** "5,116 tokens" */
export function count(value: number, noun: string): string {
  return `${value.toLocaleString("en-US")} ${noun}${value === 1 ? "" : "s"}`;
}

/** "$0.0009", "$1.24"; "free" for nothing. */
export function dollars(usd: number): string {
  if (usd === 0) return "free";
  if (usd < 0.0001) return "under $0.0001";
  return usd < 1 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** "3.4 s", "2 min 5 s" */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** "128k", "1M" */
export function contextSize(tokens: number): string {
  return tokens >= 1_000_000
    ? `${Math.round(tokens / 100_000) / 10}M`
    : tokens >= 1000
    ? `${Math.round(tokens / 1000)}k`
    : String(tokens);
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function dateFormat(clock: Clock, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = clock.timeZone + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: clock.timeZone });
    formats.set(key, format);
  }
  return format;
}
