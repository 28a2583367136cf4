import { text as readText } from "node:stream/consumers";
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
    "plain-http": plainHttp,
    json,
  },
  examples: [
    { text: "with a question for the password", command: "wasm login hub.example -u me" },
    { text: "in a script", command: "wasm login hub.example -u me --password-stdin < password.txt" },
  ],
  json: { registry: "hub.example", username: "me", storedIn: "/home/me/.docker/config.json" },

  async run(context, { flags, arguments: { host: given } }) {
    const host = readHost(given ?? context.vars["WASM_HUB"]);
    const username = flags.username ?? (await askName(context));
    const password = flags["password-stdin"] ? await readPassword(context) : await askPassword(context);
    const credentials = { username, password };
    const registry = new Registry(host, {
      credentials: { get: async () => credentials },
      plainHttp: flags["plain-http"] ? "always" : "loopback",
      logger: context.logger,
    });
    await registry.ping(context.signal);
    const storedIn = await dockerCredentials(context).store(host, credentials);
    if (context.isJson) return context.outJson({ registry: host, username, storedIn });
    context.note(`logged in to ${host} as ${username}; kept in ${storedIn}`);
  },
});

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
