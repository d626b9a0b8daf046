/** A block of code with its language and a button that copies it. */
import type { JSX } from "preact";
import { CopyButton } from "./copy_button.tsx";

export function CodeBlock({ language, text }: { language: string; text: string }): JSX.Element {
  // the first word is the language; some models put a file name after it
  const [name = "", file] = language.split(/\s+/, 2);
  return (
    <figure class="code" dir="ltr">
      <header>
        <span>{file ?? name}</span>
        <CopyButton text={text} label="Copy" />
      </header>
      <pre tabIndex={0} role="group" aria-label={name ? `${name} code` : "Code"}><code>{text}</code></pre>
    </figure>
  );
}
