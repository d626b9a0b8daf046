/** The text of a PDF, page by page. */
import { getDocumentProxy } from "unpdf";
import { cutText, isFull } from "./text_limit.ts";
import { UnreadableFile } from "./unreadable.ts";

const maxPages = 5000;

/** Throws `UnreadableFile` for one without text, with a password or with too many pages. */
export async function readPdf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const pdf = await getDocumentProxy(bytes).catch((error: unknown) => {
    if (error instanceof Error && error.name === "PasswordException") {
      throw new UnreadableFile("it is protected by a password; save a copy without one");
    }
    throw error;
  });
  if (pdf.numPages > maxPages) {
    throw new UnreadableFile(`it has ${pdf.numPages} pages, and at most ${maxPages} are read; attach a part of it`);
  }
  let text = "";
  let hasText = false;
  for (let number = 1; number <= pdf.numPages && !isFull(text.length); number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const words = items.map((item) => "str" in item ? item.str + (item.hasEOL ? "\n" : "") : "").join("").trim();
    page.cleanup();
    hasText ||= words !== "";
    text += `[Page ${number} of ${pdf.numPages}]\n${words}\n\n`;
  }
  if (!hasText) throw new UnreadableFile("there is no text in it, as in a scan; attach its pages as images instead");
  return cutText(text.trimEnd());
}
