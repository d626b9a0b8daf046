/** The door: asks for the key that this server was started with. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { ApiError, callJson, NoConnection } from "../net/api.ts";
import { Mark } from "../parts/icons.tsx";
import { ThemeButton } from "../parts/theme_button.tsx";

export function SignInPage(): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const problem = useSignal<string | null>(null);
  const isBusy = useSignal(false);

  async function signIn(): Promise<void> {
    const key = field.current?.value.trim() ?? "";
    if (key === "" || isBusy.value) return;
    isBusy.value = true;
    problem.value = null;
    try {
      await callJson("/api/session", { method: "POST", body: { key } });
      location.reload();
    } catch (error) {
      if (error instanceof NoConnection) problem.value = "The server does not answer. Try again in a moment.";
      else if (!(error instanceof ApiError)) throw error;
      else problem.value = error.status === 401 ? "That key doesn’t fit." : error.message;
      isBusy.value = false;
      field.current?.select();
    }
  }

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
          <h1>Welcome back.</h1>
          <p class="dim">This server asks for its key.</p>
        </div>
        <form
          class="card"
          aria-label="Sign in"
          onSubmit={(event) => {
            event.preventDefault();
            void signIn();
          }}
        >
          <div class="field">
            <label for="key">Key</label>
            <input
              ref={field}
              class="in mono"
              id="key"
              name="key"
              type="password"
              autocomplete="current-password"
              required
              autofocus
              {...(problem.value ? { "aria-invalid": "true", "aria-describedby": "key-problem" } : {})}
            />
            {problem.value && <small class="problem" id="key-problem" role="alert">{problem.value}</small>}
          </div>
          <button type="submit" class="btn prime" aria-disabled={isBusy.value}>Sign in</button>
        </form>
        <p class="dimmer">
          It is the value of <code>WHISPER_ADMIN_KEY</code>; where none was set, the server printed one when it started.
        </p>
      </main>
      <footer>
        <span>Your conversations stay on this server.</span>
        <ThemeButton />
      </footer>
    </>
  );
}
