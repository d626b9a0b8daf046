/** Gets a passphrase: from the environment, or from the person, unseen; never from the command line, which others can read. */
import type { Facts } from "../config/facts.ts";
import { passphraseVariable } from "../config/setting_checks.ts";
import { ChatError } from "../domain/error.ts";

const minUnits = 8;

/** `isNew`: it is asked for twice and must be long enough. Throws `ChatError` "invalid" when there is none. */
export async function askPassphrase({ env, canAsk }: Facts, { isNew }: { isNew: boolean }): Promise<string> {
  const given = env[passphraseVariable];
  if (given !== undefined) return checked(given, isNew);
  if (!canAsk) throw new ChatError("invalid", `Cannot ask for the passphrase here: set ${passphraseVariable}`);
  const { isCancel, password } = await import("@clack/prompts");
  const ask = async (message: string) => {
    const answer = await password({ message });
    if (isCancel(answer)) throw new ChatError("invalid", "Cannot go on without a passphrase");
    return answer ?? "";
  };
  const passphrase = checked(await ask("Passphrase"), isNew);
  if (isNew && await ask("The same again") !== passphrase) {
    throw new ChatError("invalid", "Cannot use the passphrase: the two were not the same");
  }
  return passphrase;
}

function checked(passphrase: string, isNew: boolean): string {
  if (isNew ? passphrase.length >= minUnits : passphrase !== "") return passphrase;
  const right = isNew ? `at least ${minUnits} characters` : "not empty";
  throw new ChatError("invalid", `Cannot use the passphrase: it must be ${right}`);
}
