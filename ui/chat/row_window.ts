/** Which rows of a long list can be seen, and how much room the others take. */
import type { WireConversation } from "../../server/domain/wire.ts";
import { type Clock, dayKey, dayName } from "../text/format.ts";

export interface Day {
  /** "Pinned", "Today", "Tuesday 17 November" */
  readonly name: string;
  readonly conversations: readonly WireConversation[];
}

/** Of one row and of one heading, in pixels. */
export interface Heights {
  readonly row: number;
  readonly head: number;
}

export interface RowWindow {
  readonly beforePx: number;
  readonly days: readonly {
    readonly name: string;
    readonly beforePx: number;
    readonly rows: readonly WireConversation[];
    readonly afterPx: number;
  }[];
  readonly afterPx: number;
}

/** Up to so many, all are drawn. */
export const fewRows = 120;

/** Names of days by minute: writing a date takes longer than everything else about a row. */
let names = new Map<string, string>();
let namesAre = "";

/** In the order of the conversations, which is: pinned, then the newest first. */
export function byDay(conversations: readonly WireConversation[], clock: Clock): Day[] {
  const today = dayKey(clock.nowMs, clock) + clock.timeZone;
  if (namesAre !== today) names = new Map();
  namesAre = today;
  const days = new Map<string, WireConversation[]>();
  for (const conversation of conversations) {
    const name = conversation.pinned ? "Pinned" : nameOf(conversation.updated_at, clock);
    const day = days.get(name);
    if (day) day.push(conversation);
    else days.set(name, [conversation]);
  }
  return [...days].map(([name, conversations]) => ({ name, conversations }));
}

function nameOf(iso: string, clock: Clock): string {
  const minute = iso.slice(0, 16);
  let name = names.get(minute);
  if (name === undefined) {
    name = dayName(iso, clock);
    names.set(minute, name);
  }
  return name;
}

/** A screen more than is `seen` on either side; all of it without `heights`. */
export function windowOf(
  days: readonly Day[],
  heights: Heights | null,
  seen: { readonly top: number; readonly height: number },
): RowWindow {
  if (!heights) {
    return {
      beforePx: 0,
      afterPx: 0,
      days: days.map(({ name, conversations }) => ({ name, beforePx: 0, rows: conversations, afterPx: 0 })),
    };
  }
  const from = seen.top - seen.height;
  const to = seen.top + seen.height * 2.5;
  const shown: RowWindow["days"][number][] = [];
  let beforePx = 0;
  let afterPx = 0;
  let top = 0;
  for (const { name, conversations } of days) {
    const height = heights.head + conversations.length * heights.row;
    if (top + height <= from) beforePx += height;
    else if (top >= to) afterPx += height;
    else {
      const firstTop = top + heights.head;
      const first = Math.max(0, Math.floor((from - firstTop) / heights.row));
      const last = Math.min(conversations.length, Math.ceil((to - firstTop) / heights.row));
      shown.push({
        name,
        beforePx: first * heights.row,
        rows: conversations.slice(first, Math.max(first, last)),
        afterPx: (conversations.length - Math.max(first, last)) * heights.row,
      });
    }
    top += height;
  }
  return { beforePx, days: shown, afterPx };
}
