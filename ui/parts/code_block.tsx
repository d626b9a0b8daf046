/** A block of code: coloured once its language is there, with buttons that wrap its lines and copy it. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { type Highlight, languageOf, loadedHighlight, loadHighlight, longestCode } from "../text/highlight.ts";
import { CopyButton } from "./copy_button.tsx";
import { Icon } from "./icons.tsx";

export function CodeBlock({ language, text }: { language: string; text: string }): JSX.Element {
  // the first word is the language; some models put a file name after it
  const [name = "", file] = language.split(/\s+/, 2);
  const [isWrapped, setWrapped] = useState(false);
  const highlight = useHighlight(text.length <= longestCode ? languageOf(name) : null);
  const drawn = useMemo(() => highlight ? colour(highlight, text) : text, [highlight, text]);
  const wrapWords = isWrapped ? "Long lines as they are" : "Wrap long lines";
  return (
    <figure class="code" dir="ltr">
      <header>
        <span>{file ?? name}</span>
        <button
          type="button"
          class="ico small"
          aria-label={wrapWords}
          title={wrapWords}
          aria-pressed={isWrapped}
          onClick={() => setWrapped(!isWrapped)}
        >
          <Icon name="wrap" />
        </button>
        <CopyButton text={text} label="Copy" />
      </header>
      <pre
        tabIndex={0}
        role="group"
        aria-label={name ? `${name} code` : "Code"}
        {...(isWrapped ? { class: "wrapped" } : {})}
      ><code>{drawn}</code></pre>
    </figure>
  );
}

/** Null until the language is there, and where there are no colours for it. */
function useHighlight(language: string | null): Highlight | null {
  const [highlight, setHighlight] = useState<Highlight | null>(null);
  useEffect(() => {
    if (language === null) return setHighlight(null);
    let isGone = false;
    loadHighlight(language).then(
      (loaded) => !isGone && setHighlight(() => loaded),
      // without colours it can be read as well
      () => {},
    );
    return () => void (isGone = true);
  }, [language]);
  // what was fetched for an earlier block colours from the first line on; before the page is alive there is nothing
  return language === null ? null : highlight ?? loadedHighlight(language);
}

function colour(highlight: Highlight, text: string): ComponentChildren {
  return highlight(text).map(({ text, colour }, index) =>
    colour === null ? text : <span key={index} class={colour}>{text}</span>
  );
}
