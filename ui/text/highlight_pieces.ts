/** highlight.js without its markup: what it finds comes back as pieces of text with a colour each. */
import type { Emitter, LanguageFn } from "highlight.js";
import hljs from "highlight.js/lib/core";
import type { Highlight, Piece } from "./highlight.ts";

const colours: Readonly<Record<string, Piece["colour"]>> = {
  ...{ keyword: "k", "meta.keyword": "k", "variable.language": "k", tag: "k", name: "k", "selector-tag": "k" },
  ...{ string: "s", regexp: "s", "char.escape": "s", addition: "s", link: "s", "meta.string": "s" },
  ...{ number: "n", literal: "n", symbol: "n", attr: "n", attribute: "n", "title.class": "n" },
  ...{ comment: "c", quote: "c", doctag: "c", meta: "c", deletion: "c" },
};

/** Collects pieces where the package would write HTML. */
class Pieces implements Emitter {
  readonly found: Piece[] = [];
  readonly #open: Piece["colour"][] = [];

  startScope(name: string): void {
    this.#open.push(colours[name] ?? this.#open.at(-1) ?? null);
  }
  endScope(): void {
    this.#open.pop();
  }
  /** As the package still calls them inside. */
  openNode(name: string): void {
    this.startScope(name);
  }
  closeNode(): void {
    this.endScope();
  }
  addText(text: string): void {
    if (text === "") return;
    const colour = this.#open.at(-1) ?? null;
    const last = this.found.at(-1);
    if (last?.colour === colour) this.found[this.found.length - 1] = { text: last.text + text, colour };
    else this.found.push({ text, colour });
  }
  __addSublanguage(other: Emitter): void {
    if (!(other instanceof Pieces)) return;
    for (const { text, colour } of other.found) {
      this.#open.push(colour ?? this.#open.at(-1) ?? null);
      this.addText(text);
      this.#open.pop();
    }
  }
  toHTML(): string {
    return "";
  }
  finalize(): void {}
}

hljs.configure({ __emitter: Pieces });

/** The pieces put together are the code again, letter for letter. */
export function createHighlight(language: string, grammar: LanguageFn): Highlight {
  hljs.registerLanguage(language, grammar);
  return (code) => {
    const { _emitter: emitter } = hljs.highlight(code, { language, ignoreIllegals: true });
    return emitter instanceof Pieces ? emitter.found : [{ text: code, colour: null }];
  };
}
