/** Counting tokens: exactly where it matters, by a safe bound where it does not. */

/** Never fewer than a byte-level tokenizer makes: a token holds at least one byte of UTF-8. */
export function tokenBound(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) bytes += unit > 0x7ff ? 2 : 1; // a surrogate pair counts 6, its true length is 4
  }
  return bytes;
}

type Encode = (text: string) => number;

let loading: Promise<Encode> | undefined;

/** The tokenizer of OpenAI's present models; others differ by some percent, which callers leave room for. */
export function loadTokenizer(): Promise<Encode> {
  loading ??= import("gpt-tokenizer/encoding/o200k_base").then(({ encode }) => (text) => {
    // Runs of one character cost the encoder quadratic time; such text is counted by its bound.
    return /(.)\1{499}/s.test(text) ? tokenBound(text) : encode(text, { allowedSpecial: "all" }).length;
  });
  return loading;
}
