/** Registers a test that some machines cannot run, with the reason, so that no skip is silent. */

/** Names the file, one JSON object a line, by which the runner learns the reasons. */
export const REASONS_FILE = "TEST_SKIP_REASONS";

/**
 * Like `Deno.test(name, work)` where `isPossible`; elsewhere skipped, for `reason`: one phrase that says what is
 * missing, such as "Chromium is not installed".
 */
export function testWhere(
  isPossible: boolean,
  reason: string,
  name: string,
  work: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const file = Deno.env.get(REASONS_FILE);
  if (!isPossible && file !== undefined) {
    Deno.writeTextFileSync(file, `${JSON.stringify({ name, reason })}\n`, { append: true });
  }
  Deno.test({ name, ignore: !isPossible, fn: work });
}
