import { defineCommand } from "../command.ts";
import { dryRun, json } from "../flags.ts";
import { readHost } from "../host.ts";
import { dockerCredentials } from "../registries.ts";

export const logout = defineCommand({
  summary: "Forget the password for a registry",
  description: ["Takes it out of where login and Docker keep it. Nobody is asked whether it is still right."],
  arguments: {
    host: {
      value: "HOST",
      description: "the registry: host, or host:port; by default $WASM_HUB",
      optional: true,
      complete: "registry",
    },
  },
  flags: { "dry-run": dryRun, json },
  examples: [{ text: "as docker logout does", command: "wasm logout hub.example" }],
  json: { registry: "hub.example", wasLoggedIn: true, outcome: "erased" },

  async run(context, { flags, arguments: { host: given } }) {
    const host = readHost(given ?? context.vars["WASM_HUB"]);
    const credentials = dockerCredentials(context);
    if (flags["dry-run"]) {
      const { storedIn, isKnown, username } = await credentials.describe(host);
      if (context.isJson) return context.outJson({ registry: host, wasLoggedIn: isKnown, outcome: "planned" });
      if (!isKnown) return context.note(`there is no password for ${host}`);
      context.out(`${context.style("red", `- ${host}: ${username ?? "a token"}`)}\n`);
      return context.note(`dry run: it would be taken out of ${storedIn}`);
    }
    const wasLoggedIn = await credentials.erase(host);
    if (context.isJson) return context.outJson({ registry: host, wasLoggedIn, outcome: "erased" });
    context.note(wasLoggedIn ? `logged out of ${host}` : `there was no password for ${host}`);
  },
});
