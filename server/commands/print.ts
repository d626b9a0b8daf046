/** What commands print: results on standard output, everything else on standard error. */

/** One line or several. A reader that has gone away (`| head`) is no error. */
export function printLine(text: string): void {
  write(Deno.stdout, `${text}\n`);
}

/** For people: problems, progress, advice. */
export function printError(text: string): void {
  write(Deno.stderr, `${text}\n`);
}

function write(to: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(to.writeSync(rest));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
