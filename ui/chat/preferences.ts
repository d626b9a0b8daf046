/** What a person likes here: kept in the browser, for all its tabs from their next page on. */
import { type Signal, signal } from "@preact/signals";

export interface Preferences {
  /** Whether keys such as `n` and `w` do something outside fields. */
  readonly hasSingleKeys: Signal<boolean>;
  /** Whether Enter sends and Shift Enter begins a line; else Ctrl Enter sends. */
  readonly enterSends: Signal<boolean>;
}

const stored = { hasSingleKeys: "single-keys", enterSends: "enter-sends" } as const;

/** As they are for someone who has chosen nothing. */
export function createPreferences(): Preferences {
  return { hasSingleKeys: signal(true), enterSends: signal(true) };
}

/** In the browser: takes up what was chosen before. */
export function loadPreferences(preferences: Preferences): void {
  for (const name of ["hasSingleKeys", "enterSends"] as const) {
    preferences[name].value = localStorage.getItem(stored[name]) !== "no";
  }
}

export function setPreference(preferences: Preferences, name: keyof Preferences, value: boolean): void {
  preferences[name].value = value;
  localStorage.setItem(stored[name], value ? "yes" : "no");
}
