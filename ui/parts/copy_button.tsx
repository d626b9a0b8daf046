/** Copies a text and says so for two seconds. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icons.tsx";

/** With `label` a button of words; without, an icon called `title`. */
export function CopyButton({ text, label, title }: { text: string; label?: string; title?: string }): JSX.Element {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void copyText(text).then(setCopied);
  const icon = <Icon name={isCopied ? "check" : "copy"} {...(label ? { small: true } : {})} />;
  return label
    ? <button type="button" class="btn plain small" onClick={copy}>{icon}{isCopied ? "Copied" : label}</button>
    : (
      <button type="button" class="ico small" onClick={copy} aria-label={isCopied ? "Copied" : title} title={title}>
        {icon}
      </button>
    );
}

/** False when the browser refuses. Outside a secure context there is only the old way. */
export async function copyText(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  const field = document.createElement("textarea");
  const before = document.activeElement;
  field.value = text;
  field.className = "hush";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
