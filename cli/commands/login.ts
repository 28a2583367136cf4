import { text as readText } from "node:stream/consumers";
import { isRegistryHost } from "#oci";
import { Registry } from "#oci/client";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { usageError } from "../errors.ts";
import { json, plainHttp } from "../flags.ts";
import { readHost } from "../host.ts";
import { dockerCredentials } from "../registries.ts";

export const login = defineCommand({
  summary: "Log in to a registry",
  description: [
    "Tries the password first. It is kept where docker login keeps it: in a credential helper if one is configured, else in Docker's config.json.",
  ],
  arguments: {
    host: {
      value: "HOST",
      description: "the registry: host, or host:port; by default $WASM_HUB",
      optional: true,
      complete: "registry",
    },
  },
  flags: {
    username: { type: "string", short: "u", value: "NAME", description: "who you are there" },
    "password-stdin": { type: "boolean", description: "read the password from stdin" },
    "dry-run": { type: "boolean", description: "try the password, and say where it would be kept" },
    "plain-http": plainHttp,
    json,
  },
  examples: [
    { text: "with a question for the password", command: "wasm login hub.example -u me" },
    { text: "in a script", command: "wasm login hub.example -u me --password-stdin < password.txt" },
  ],
  json: { registry: "hub.example", username: "me", storedIn: "/home/me/.docker/config.json", outcome: "stored" },

  async run(context, { flags, arguments: { host: given } }) {
    const host = readHost(given ?? (context.vars["WASM_HUB"] || (await askHost(context))));
    const username = flags.username ?? (await askName(context));
    const password = flags["password-stdin"] ? await readPassword(context) : await askPassword(context);
    const credentials = { username, password };
    const registry = new Registry(host, {
      credentials: { get: async () => credentials },
      plainHttp: flags["plain-http"] ? "always" : "loopback",
      logger: context.logger,
    });
    await registry.ping(context.signal);
    const keeper = dockerCredentials(context);
    if (flags["dry-run"]) {
      const { storedIn, username: before } = await keeper.describe(host);
      if (context.isJson) return context.outJson({ registry: host, username, storedIn, outcome: "planned" });
      if (before !== undefined && before !== username) context.out(`${context.style("red", `- ${host}: ${before}`)}\n`);
      context.out(`${context.style("green", `+ ${host}: ${username}`)}\n`);
      return context.note(`dry run: the password is right, and would be kept in ${storedIn}`);
    }
    const storedIn = await keeper.store(host, credentials);
    if (context.isJson) return context.outJson({ registry: host, username, storedIn, outcome: "stored" });
    context.note(`logged in to ${host} as ${username}; the password is kept in ${storedIn}`);
  },
});

async function askHost(context: Context): Promise<string | undefined> {
  const prompts = await context.prompts();
  return prompts?.text({
    message: "Which registry?",
    initial: "127.0.0.1:5000",
    validate: (answer) => (isRegistryHost(answer) ? undefined : "it looks like hub.example, or 127.0.0.1:5000"),
  });
}

async function askName(context: Context): Promise<string> {
  const prompts = await context.prompts();
  if (!prompts) throw usageError("--username is missing", { hint: "add -u NAME" });
  return prompts.text({ message: "Username", validate: (answer) => (answer === "" ? "a name is needed" : undefined) });
}

async function askPassword(context: Context): Promise<string> {
  const prompts = await context.prompts();
  if (!prompts) throw usageError("the password is missing", { hint: "add --password-stdin and write it to stdin" });
  return prompts.password("Password");
}

/** The line that an editor or `echo` ends the file with is not a part of the password. */
async function readPassword(context: Context): Promise<string> {
  const password = (await readText(context.stdin)).replace(/\r?\n$/, "");
  if (password === "") throw usageError("stdin holds no password");
  return password;
}
