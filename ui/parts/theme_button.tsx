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

export type Theme = "system" | "light" | "dark";

export function chosenTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** `client/theme.ts` reads it again before the first paint. */
export function setTheme(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }
}

export function toggleTheme(): void {
  const theme = chosenTheme();
  const isDark = theme === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : theme === "dark";
  setTheme(isDark ? "light" : "dark");
}
