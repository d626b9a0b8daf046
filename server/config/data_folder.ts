/** Where data is kept when nobody says otherwise. */
import type { Facts } from "./facts.ts";
import type { Profile } from "./profile.ts";

/** An absolute path; undefined when the environment does not say where this person's files are. */
export function defaultDataFolder(profile: Profile, { os, env }: Pick<Facts, "os" | "env">): string | undefined {
  if (profile === "container" || profile === "kubernetes") return "/data";
  // Set by systemd for a service with `StateDirectory=`; several folders are separated by colons.
  const state = env.STATE_DIRECTORY?.split(":")[0];
  if (profile === "server" && state) return state;
  if (os === "windows") return under(env.LOCALAPPDATA, "\\WhisperEngine");
  if (os === "darwin") return under(env.HOME, "/Library/Application Support/WhisperEngine");
  // The XDG base directory specification: relative paths are to be ignored.
  if (env.XDG_DATA_HOME?.startsWith("/")) return under(env.XDG_DATA_HOME, "/whisperengine");
  return under(env.HOME, "/.local/share/whisperengine");
}

function under(folder: string | undefined, rest: string): string | undefined {
  return folder ? folder.replace(/[/\\]+$/, "") + rest : undefined;
}
