/** The address of a database: what is understood, what is refused, and how the way there is encrypted. */
import assert from "node:assert/strict";
import { parseAddress } from "../../../../adapters/stores/postgres/address.ts";
import { checkServer } from "../../../../adapters/stores/postgres/open.ts";
import { isChatError } from "../../../../server/domain/error.ts";
import { testWhere } from "../../../run/test_where.ts";
import { password, startPostgres } from "./server.ts";

Deno.test("an address is understood as libpq does, and never shown with its password", () => {
  const address = parseAddress("postgresql://an%40n:p%2Fw@db.example/chat");
  assert.deepEqual(address, {
    ...{ host: "db.example", port: 5432, database: "chat", user: "an@n", password: "p/w", tls: "prefer" },
    shown: "postgres://db.example:5432/chat",
  });
  assert.equal(parseAddress("postgres://ann@[::1]:6000").host, "::1");
  assert.equal(parseAddress("postgres://ann@[::1]:6000").database, "ann");
  for (
    const [mode, tls] of [
      ["disable", "off"],
      ["require", "require"],
      ["verify-full", { rootFile: null, checksHost: true }],
      ["require&sslrootcert=/ca.pem", { rootFile: "/ca.pem", checksHost: false }],
    ] as const
  ) assert.deepEqual(parseAddress(`postgres://h/d?sslmode=${mode}`).tls, tls);
});

Deno.test("an address that cannot be right is refused with what would be, without its password", () => {
  const wrong = ["", "mysql://u:secret@h/d", "postgres:///d", "postgres://u:secret@h/d?sslmode=maybe"];
  for (const text of [...wrong, "postgres://u:secret@h/d?pool=5", "postgres://u:secret%zz@h/d"]) {
    assert.throws(
      () => parseAddress(text),
      (error) =>
        isChatError(error, "invalid") && /postgres:\/\/user/.test(error.message) && !/secret/.test(error.message),
      text,
    );
  }
});

const hasOpenssl = await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

testWhere(
  hasOpenssl,
  "openssl is not installed",
  "the way to the server is encrypted, and who it is checked, as far as is asked",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "whisper-tls-" });
    const { root, key, certificate } = await makeCertificates(folder);
    await using server = await startPostgres({
      settings: ["ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"],
      files: { "server.crt": certificate, "server.key": key },
      accept: "hostssl all all all scram-sha-256",
    });
    const url = (await server.newDatabase("require")).replace(/\?.*/, "");
    await Deno.writeTextFile(`${folder}/root.pem`, root);
    const check = (query: string, { at = url, caCertificates = null as string | null } = {}) =>
      checkServer({ values: { DATABASE_URL: at + query }, caCertificates });
    const named = `sslrootcert=${folder}/root.pem`;
    for (const query of ["", "?sslmode=require", `?sslmode=verify-ca&${named}`, `?sslmode=verify-full&${named}`]) {
      assert.equal(await check(query), null, query);
    }
    assert.equal(await check("?sslmode=verify-full", { caCertificates: root }), null);
    assert.match((await check("?sslmode=verify-full"))!, /encrypted connection failed/);
    const elsewhere = { at: url.replace("127.0.0.1", "localhost") };
    assert.equal(await check(`?sslmode=verify-ca&${named}`, elsewhere), null);
    assert.match((await check(`?sslmode=verify-full&${named}`, elsewhere))!, /encrypted connection failed/);
    assert.match((await check("?sslmode=disable"))!, /does not let this user in/);
    const wrong = { at: url.replace(encodeURIComponent(password), "wrong") };
    assert.match((await check("?sslmode=require", wrong))!, /the password is wrong/);
    assert.match((await check("?sslmode=verify-ca&sslrootcert=/nowhere.pem"))!, /Cannot read sslrootcert/);
    await Deno.remove(folder, { recursive: true });
  },
);

/** An authority of our own, and the certificate that it gives to 127.0.0.1. */
async function makeCertificates(folder: string): Promise<{ root: string; key: string; certificate: string }> {
  const pair = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const run = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("openssl", { args, cwd: folder, stdout: "null" }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  };
  await run("req", "-x509", ...pair, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=Our authority");
  await run("req", ...pair.slice(0, 5), "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=database");
  await Deno.writeTextFile(`${folder}/names`, "subjectAltName=IP:127.0.0.1");
  const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  await run("x509", "-req", "-in", "server.csr", ...by, "-out", "server.crt");
  const [root, key, certificate] = await Promise.all(
    ["ca.crt", "server.key", "server.crt"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  return { root: root!, key: key!, certificate: certificate! };
}
