/** What the palette finds: conversations by title, messages by their words, and what can be done. */
import { type Signal, signal } from "@preact/signals";
import type { WireSearchHit } from "../../server/domain/wire.ts";
import { ApiError, callJson } from "../net/api.ts";
import type { ChatModel } from "./chat_page_model.ts";

export interface Search {
  readonly query: Signal<string>;
  readonly hits: Signal<readonly WireSearchHit[]>;
  /** The query that `hits` belong to: while it is another, nothing may be said to be missing. */
  readonly answered: Signal<string>;
  /** Said instead of hits. */
  readonly problem: Signal<string | null>;
  ask(query: string): void;
  close(): void;
}

/** A pause in the typing, after which the server is asked. */
const pauseMs = 120;
const longestQuery = 200;

export function createSearch({ connection }: ChatModel): Search {
  const query = signal("");
  const hits = signal<readonly WireSearchHit[]>([]);
  const answered = signal("");
  const problem = signal<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  async function read(words: string): Promise<void> {
    running = new AbortController();
    const { signal } = running;
    try {
      const q = encodeURIComponent(words.slice(0, longestQuery));
      const found: { hits: readonly WireSearchHit[] } = await callJson(`/api/search?limit=30&q=${q}`, { signal });
      if (signal.aborted) return;
      hits.value = found.hits;
      problem.value = null;
      answered.value = words;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError) problem.value = error.message;
      else if (connection.lost(error)) problem.value = "No connection: only what is on this page was searched.";
      else throw error;
      hits.value = [];
      answered.value = words;
    }
  }

  function stop(): void {
    clearTimeout(timer);
    running?.abort();
  }

  return {
    ...{ query, hits, answered, problem },
    ask(words) {
      stop();
      query.value = words;
      const trimmed = words.trim();
      if (trimmed === "") {
        hits.value = [];
        answered.value = "";
        problem.value = null;
      } else timer = setTimeout(() => void read(trimmed), pauseMs);
    },
    close: stop,
  };
}

/** [start, end) of each word of the query that begins a word of the text. */
export function wordsIn(text: string, query: string): [number, number][] {
  const lower = text.toLowerCase();
  // a few letters change their length with their case; then no place can be told
  if (lower.length !== text.length) return [];
  const found: [number, number][] = [];
  for (const word of new Set(query.toLowerCase().split(/\s+/).filter((word) => word !== ""))) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) {
      if (at === 0 || /[^\p{L}\p{N}]/u.test(lower[at - 1] ?? "")) found.push([at, at + word.length]);
    }
  }
  return found.sort(([a], [b]) => a - b).filter(([start], index, all) => start >= (all[index - 1]?.[1] ?? 0));
}

/** Whether each word of the query begins some word of the text. */
export function matches(text: string, query: string): boolean {
  return query.trim().split(/\s+/).every((word) => wordsIn(text, word).length > 0);
}
