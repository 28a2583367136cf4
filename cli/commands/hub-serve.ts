import { join, resolve } from "node:path";
import { startHub } from "#registry";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { exitStatus } from "../describe-error.ts";
import { Stopped } from "../env.ts";
import { json } from "../flags.ts";

export const hubServe = defineCommand({
  summary: "Run a hub: a registry with a web site",
  description: [
    "Keeps blobs as files and everything else in SQLite, below one folder. Every OCI client can push and pull; a browser shows what is there. It runs until it is stopped, and lets requests end first.",
  ],
  arguments: {},
  flags: {
    listen: {
      type: "string",
      value: "HOST:PORT",
      default: "127.0.0.1:5000",
      description: "where it answers; port 0 takes a free one",
    },
    data: {
      type: "string",
      value: "DIR",
      description: "where everything is kept; by default in your data folder",
      complete: "folder",
    },
    htpasswd: {
      type: "string",
      value: "FILE",
      description: "who may log in: a file that htpasswd -B writes",
      complete: "file",
    },
    "allow-anonymous": { type: "boolean", description: "let anybody push on an address that other machines can reach" },
    json,
  },
  examples: [
    { text: "on this machine", command: "wasm hub serve" },
    {
      text: "for others, with passwords",
      command: "wasm hub serve --listen 0.0.0.0:5000 --data /var/lib/wasm-hub --htpasswd users",
    },
  ],
  json: { url: "http://127.0.0.1:5000", dataFolder: "/home/me/.local/share/wasm-hub/hub" },

  async run(context, { flags }) {
    if (!/:\d{1,5}$/.test(flags.listen)) {
      throw usageError(`--listen cannot be ${JSON.stringify(flags.listen)}`, {
        hint: "such as 127.0.0.1:5000, or :5000",
      });
    }
    const dataFolder = flags.data === undefined ? join(context.folders.data, "hub") : resolve(context.cwd, flags.data);
    const hub = await startHub({
      listen: flags.listen,
      dataDir: dataFolder,
      allowAnonymous: flags["allow-anonymous"],
      logger: context.logger,
      ...(flags.htpasswd === undefined ? {} : { htpasswdFile: resolve(context.cwd, flags.htpasswd) }),
    });
    if (context.isJson) context.outJson({ url: hub.url, dataFolder });
    else context.out(`the hub listens on ${hub.url}\n`);
    context.note(`data in ${dataFolder}; Ctrl-C stops it`);
    await new Promise<void>((stop) => {
      if (context.signal.aborted) stop();
      context.signal.addEventListener("abort", () => stop(), { once: true });
    });
    context.note("stopping: requests that run are let end");
    await hub.close();
    // To be stopped is how a server ends well; a Ctrl-C is told apart for the shell that waits for it.
    const stopped: unknown = context.signal.reason;
    return stopped instanceof Stopped && stopped.signalName === "SIGINT" ? exitStatus.interrupted : 0;
  },
});
