/** How much of a file's text is kept: a long book fits, and no file fills the database. */

const maxUnits = 1_000_000;

/** Ends with a sentence that says so when it was cut. No NUL and no half characters, which databases refuse. */
export function cutText(text: string): string {
  const clean = text.slice(0, maxUnits).toWellFormed().replaceAll("\0", "\ufffd").replaceAll("\r\n", "\n");
  return text.length > maxUnits ? `${clean}\n\n${restLeftOut}` : clean;
}

/** True when more text would not be kept. */
export function isFull(units: number): boolean {
  return units > maxUnits;
}

const restLeftOut = "[The rest of this file is left out: it has more than 1,000,000 characters]";
