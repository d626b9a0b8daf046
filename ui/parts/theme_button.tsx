/** Light or dark, as the reader likes; until chosen, as the system has it. */
import type { JSX } from "preact";
import { Icon } from "./icons.tsx";

export function ThemeButton(): JSX.Element {
  return (
    <button type="button" class="ico small" aria-label="Light or dark" title="Light or dark" onClick={toggleTheme}>
      <Icon name="sun" />
    </button>
  );
}

/** `client/theme.ts` reads it again before the first paint. */
export function toggleTheme(): void {
  const { dataset } = document.documentElement;
  const isDark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = isDark ? "light" : "dark";
  localStorage.setItem("theme", dataset.theme);
}
