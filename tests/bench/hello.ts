/** The smallest server there is, for the cold start to be compared with. `hello.ts PORT`. */

Deno.serve({ port: Number(Deno.args[0]), hostname: "127.0.0.1", onListen() {} }, () => new Response("ok"));
