/** Files that come with a message: what they are, what they say, and what is said of those that cannot be read. */
import assert from "node:assert/strict";
import { readFiles } from "../../../server/attachments/read_files.ts";
import { takeText } from "../../../server/attachments/take_text.ts";
import { isChatError } from "../../../server/domain/error.ts";
import type { Attachment } from "../../../server/domain/message.ts";
import { docxOf, pdfOf, xlsxOf, zipOf } from "./files.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

async function read(name: string, bytes: Uint8Array): Promise<Attachment> {
  const [file] = await readFiles([{ name, mediaType: "application/octet-stream", bytes }]);
  assert.ok(file);
  assert.deepEqual([file.name, file.bytes], [name, bytes]);
  return file;
}

async function refusal(name: string, bytes: Uint8Array): Promise<string> {
  try {
    await read(name, bytes);
  } catch (error) {
    assert.ok(isChatError(error, "invalid"), String(error));
    return error.message;
  }
  throw new assert.AssertionError({ message: `${name} was read` });
}

Deno.test("a PDF says its text page by page", async () => {
  const { text, mediaType } = await read("report.pdf", pdfOf(["Sales rose (by 5%)", "Costs fell"]));
  assert.equal(mediaType, "application/pdf");
  assert.equal(text, "[Page 1 of 2]\nSales rose (by 5%)\n\n[Page 2 of 2]\nCosts fell");
});

Deno.test("a Word document says its text with the pages as Word saw them", async () => {
  const { text } = await read("a.docx", await docxOf([["Über <alles>", "second line"], ["next page"]]));
  assert.equal(text, "[Page 1 of 2]\nÜber <alles>\nsecond line\n\n[Page 2 of 2]\nnext page");
  assert.equal((await read("b.docx", await docxOf([["one page"]]))).text, "one page");
});

Deno.test("a spreadsheet says its cells row by row, gaps and dates included", async () => {
  const rows = [["Name", "Born", "Sum"], ["Ada", new Date("1815-12-10"), 12.5], ["", "x", 3]];
  const { text } = await read("a.xlsx", await xlsxOf("People & co", rows));
  assert.equal(text, '[Sheet "People & co"]\nName\tBorn\tSum\nAda\t1815-12-10\t12.5\n\tx\t3');
});

Deno.test("text is read in the encodings it comes in", async () => {
  assert.equal((await read("a.md", utf8("\ufeff# Grüße\r\n"))).text, "# Grüße\n");
  const utf16 = new Uint8Array([0xff, 0xfe, ...new Uint8Array(new Uint16Array([0x48, 0xfc]).buffer)]);
  assert.equal((await read("a.txt", utf16)).text, "Hü");
  assert.equal((await read("a.csv", new Uint8Array([0x47, 0x72, 0xfc, 0xdf, 0x65]))).text, "Grüße");
});

Deno.test("what a file is comes from its bytes, not from its name", async () => {
  const png = new Uint8Array([...utf8("xPNG\r\n\x1a\n").with(0, 0x89), 1, 2, 3]);
  assert.equal((await read("evil.html", png)).mediaType, "image/png");
  assert.equal((await read("photo.png", utf8("<script>alert(1)</script>"))).mediaType, "text/plain");
  assert.equal((await read("photo.png", pdfOf(["hello"]))).mediaType, "application/pdf");
});

Deno.test("each file that cannot be read says why", async () => {
  assert.match(await refusal("a.txt", new Uint8Array()), /^Cannot read "a.txt": it is empty$/);
  assert.match(await refusal("a.exe", new Uint8Array([77, 90, 0, 1, 2])), /no kind of file .* PDF, DOCX or XLSX$/);
  assert.match(await refusal("a.zip", await zipOf({ "a.txt": "a" })), /it is an archive/);
  assert.match(await refusal("scan.pdf", pdfOf(["", ""])), /there is no text in it, as in a scan/);
  assert.match(await refusal("torn.pdf", pdfOf(["hello"]).subarray(0, 120)), /it is damaged|no text/);
  assert.match(await refusal("torn.docx", (await docxOf([["hello"]])).subarray(0, 200)), /it is damaged$/);
  assert.match(await refusal("old.doc", new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1])), /old or a protected Office/);
  assert.match(await refusal("empty.xlsx", await xlsxOf("One", [])), /all its sheets are empty/);
  const html = await zipOf({ "word/document.xml": "<w:document><w:p>no end" });
  assert.match(await refusal("open.docx", html), /it is damaged$/);
});

Deno.test("a bomb is not unpacked, and XML that goes down for ever is not followed", async () => {
  const bomb = await zipOf({ "word/document.xml": `<w:document>${" ".repeat(80 * 2 ** 20)}</w:document>` });
  assert.ok(bomb.length < 2 ** 20);
  assert.match(await refusal("bomb.docx", bomb), /unpacks to more than can be read/);
  const deep = await zipOf({ "word/document.xml": "<a>".repeat(100_000) });
  assert.match(await refusal("deep.docx", deep), /nested too deeply/);
  const entities = `<!DOCTYPE a [<!ENTITY b "boom">]><w:document xmlns:w="w"><w:t>&b;</w:t></w:document>`;
  assert.match(await refusal("entities.docx", await zipOf({ "word/document.xml": entities })), /it is damaged$/);
});

Deno.test("a document that takes too long is given up and the next one is read", async () => {
  const large = await docxOf([Array.from({ length: 50_000 }, (_, i) => `line ${i}`)]);
  const taken = await takeText("docx", large, 1);
  assert.ok("problem" in taken && taken.isLate);
  assert.match(taken.problem, /takes longer than 1 seconds/);
  assert.equal((await read("b.docx", await docxOf([["fine"]]))).text, "fine");
});

Deno.test("of a very long text the beginning is kept, and the end says that there was more", async () => {
  const { text } = await read("long.txt", utf8("0123456789".repeat(150_000)));
  assert.ok(text && text.length < 1_000_100);
  assert.match(text, /\[The rest of this file is left out: it has more than 1,000,000 characters\]$/);
});
