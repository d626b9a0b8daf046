/** A file that was understood well enough to say what is wrong with it. */

/** The message goes on after `Cannot read "name": `. */
export class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}
