import { defineCommand } from "../command.ts";
import { json } from "../flags.ts";
import { readHost } from "../host.ts";
import { dockerCredentials } from "../registries.ts";

export const logout = defineCommand({
  summary: "Forget the password for a registry",
  arguments: {
    host: {
      value: "HOST",
      description: "the registry: host, or host:port; by default $WASM_HUB",
      optional: true,
      complete: "registry",
    },
  },
  flags: { json },
  examples: [{ text: "as docker logout does", command: "wasm logout hub.example" }],
  json: { registry: "hub.example", wasLoggedIn: true },

  async run(context, { arguments: { host: given } }) {
    const host = readHost(given ?? context.vars["WASM_HUB"]);
    const wasLoggedIn = await dockerCredentials(context).erase(host);
    if (context.isJson) return context.outJson({ registry: host, wasLoggedIn });
    context.note(wasLoggedIn ? `logged out of ${host}` : `there was no password for ${host}`);
  },
});
