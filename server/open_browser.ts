/** Shows a page in the person's browser, where there is one. */

/** False when it could not be opened: then the address on the terminal has to do. */
export async function openBrowser(url: string, os: typeof Deno.build.os): Promise<boolean> {
  const [command, ...args] = os === "darwin"
    ? ["open", url]
    : os === "windows"
    ? ["rundll32", "url.dll,FileProtocolHandler", url]
    : ["xdg-open", url];
  try {
    const child = new Deno.Command(command!, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    child.unref();
    return (await child.status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}
