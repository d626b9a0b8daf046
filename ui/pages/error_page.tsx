/** What is shown when there is no page to show. */
import type { JSX } from "preact";
import { Mark } from "../parts/icons.tsx";

export function ErrorPage(
  { status, title, detail }: { status: number; title: string; detail: string },
): JSX.Element {
  return (
    <>
      <header>
        <a class="logo" href="/">
          <Mark />
          <span>WhisperEngine</span>
        </a>
      </header>
      <main id="main">
        <div>
          <h1>{title}</h1>
          <p class="dim">{detail}</p>
        </div>
        <a class="btn prime" href="/">Go to your conversations</a>
      </main>
      <footer>
        <span class="num">{status}</span>
      </footer>
    </>
  );
}
