/** The screen shows what it should, whatever was shown before. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openScreen } from "../../../../server/commands/chat/screen.ts";
import { fill, type Row, wrap } from "../../../../server/commands/chat/styled_rows.ts";
import { terminalPicture } from "./terminal_picture.ts";

const size = { columns: 20, rows: 8 };

Deno.test("after any frames, every settled row is there once, in order, with the live rows below", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "你", "é"), maxLength: 45 });
  const rows = fc.tuple(text, fc.boolean()).map(([text, isCode]): Row[] =>
    (isCode ? fill : wrap)([{ text, style: "1" }], { width: size.columns, hasStyles: true })
  );
  const frame = fc.tuple(fc.array(rows, { maxLength: 3 }), fc.array(rows, { maxLength: 2 }));
  fc.assert(fc.property(fc.array(frame, { maxLength: 12 }), (frames) => {
    const [screen, picture] = [openScreen(), terminalPicture(size)];
    const settled: Row[] = [];
    let live: Row[] = [];
    for (const [addedBlocks, liveBlocks] of frames) {
      const added = addedBlocks.flat();
      // What is live stays within the screen here: what leaves it at the top cannot be taken back.
      live = [...liveBlocks.flat().slice(0, size.rows - 1), { text: "› ", goesOn: false }];
      picture.write(screen.paint({ settled: added, live, cursor: { row: live.length - 1, column: 2 } }, size));
      settled.push(...added);
      assert.deepEqual(picture.lines(), [...settled, ...live].map(shown));
      assert.deepEqual(picture.cursor, { row: settled.length + live.length - 1, column: 2 });
    }
  }));
});

Deno.test("an answer taller than the screen grows without losing or repeating a row", () => {
  const [screen, picture] = [openScreen(), terminalPicture(size)];
  const rows: Row[] = [];
  for (let i = 0; i < 40; i++) {
    rows.push({ text: `row ${i}`, goesOn: false });
    picture.write(screen.paint({ settled: [], live: rows.slice(), cursor: { row: i, column: 0 } }, size));
  }
  assert.deepEqual(picture.lines(), rows.map(({ text }) => text));
});

Deno.test("only what has changed is written again", () => {
  const screen = openScreen();
  const live = (last: string) => ["one", "two", last].map((text) => ({ text, goesOn: false }));
  screen.paint({ settled: [], live: live("thr"), cursor: { row: 2, column: 3 } }, size);
  const written = screen.paint({ settled: [], live: live("three"), cursor: { row: 2, column: 5 } }, size);
  assert.doesNotMatch(written, /one|two/);
  assert.match(written, /three/);
});

Deno.test("a terminal that was made narrower is drawn anew from the first live row", () => {
  const narrow = { columns: 10, rows: 8 };
  const [screen, picture] = [openScreen(), terminalPicture(narrow)];
  const live = (width: number) => wrap([{ text: "some words of an answer", style: "" }], { width, hasStyles: false });
  // The picture shows what the narrower terminal makes of rows that were written for the wider one.
  picture.write(screen.paint({ settled: [], live: live(20), cursor: { row: 1, column: 0 } }, size));
  picture.write(screen.paint({ settled: [], live: live(10), cursor: { row: 2, column: 6 } }, narrow));
  assert.deepEqual(picture.lines(), ["some words", "of an", "answer"]);
});

function shown(row: Row): string {
  // deno-lint-ignore no-control-regex
  return row.text.replace(/\x1b\[[\d;]*m/g, "").trimEnd();
}
