import { errorCode } from "#core";
import {
  applyDeploy,
  type DeployOutcome,
  type DeployPlan,
  type DeployRequest,
  formatDiff,
  planDeploy,
  preflight,
  readSnapshot,
} from "#deploy/envoy";
import type { FoundEnvoy } from "#envoy";
import { digestOf } from "#oci";
import { adminFlag, bootstrapFlag, bootstrapPath, openAdmin } from "../bootstraps.ts";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { readDeployRequest } from "../deploy-request.ts";
import { envoyFlag, openEnvoy } from "../envoys.ts";
import { dryRun, hub, json, plainHttp, progress } from "../flags.ts";
import { count } from "../terminal/format.ts";

export const deployEnvoy = defineCommand({
  summary: "Deploy a filter to an Envoy by its bootstrap file",
  description: [
    "The first deploy puts one place for the filter before the router of each HTTP connection manager: into the listener file that Envoy watches, which takes effect at once, or else into the bootstrap, which takes a restart. Later deploys change only the file that fills this place: Envoy swaps the filter without a restart.",
    "The tag is pinned to its digest; ABI, root id and configuration are checked first; afterwards Envoy is asked whether it runs the filter. If it refuses, everything is put back.",
  ],
  arguments: {
    reference: {
      value: "REF",
      description: "an image in the local store or a registry",
      complete: "reference",
      question: "Which image?",
      isStored: true,
    },
  },
  flags: {
    bootstrap: bootstrapFlag,
    admin: adminFlag,
    name: {
      type: "string",
      short: "n",
      value: "NAME",
      description: "name of the deployment; by default the last part of the image's name",
    },
    listener: {
      type: "string",
      value: "NAME",
      multiple: true,
      description: "only in this listener; by default in all",
    },
    config: { type: "string", value: "JSON", description: "configuration of the filter; by default its own default" },
    "config-file": { type: "string", value: "FILE", complete: "file", description: "the same from a file" },
    "root-id": { type: "string", value: "ID", description: "which of the filter's roots, if it has several" },
    mode: {
      type: "string",
      value: "MODE",
      choices: ["file", "remote"],
      default: "file",
      description: "put the module beside the bootstrap, or have Envoy fetch it from the registry",
    },
    "fail-open": { type: "boolean", description: "let requests through unfiltered when the filter fails" },
    envoy: envoyFlag,
    "dry-run": dryRun,
    "plain-http": plainHttp,
    hub,
    progress,
    json,
  },
  examples: [
    {
      text: "to the Envoy that runs with this bootstrap",
      command: "wasm deploy envoy hub.example/me/my-filter:v1 -b envoy.yaml",
    },
    {
      text: "what that would change",
      command: "wasm deploy envoy hub.example/me/my-filter:v1 -b envoy.yaml --dry-run",
    },
  ],
  json: {
    deployment: "my-filter",
    reference: "hub.example/me/my-filter:v1",
    digest: "sha256:…",
    moduleDigest: "sha256:…",
    listeners: ["public"],
    outcome: "running",
    changes: [{ path: "/etc/envoy/listeners.yaml", change: "changed" }],
  },

  async run(context, { flags, arguments: { reference } }) {
    const path = await bootstrapPath(context, flags.bootstrap);
    const request = await readDeployRequest(context, reference, flags);
    const snapshot = await readSnapshot(path, request.deployment);
    const admin = await openAdmin(context, flags.admin, snapshot);
    const program = await findProgram(context, flags.envoy);
    const running = await admin?.serverInfo(context.signal);
    const plan = planDeploy(snapshot, { ...request, envoyVersion: running?.version ?? program?.version });
    if (program) await preflight(plan, { envoyPath: program.path, bootstrapPath: path, signal: context.signal });
    if (flags["dry-run"]) return show(context, plan, request, undefined, formatDiff(plan.changes));
    const outcome = await applyDeploy(plan, { admin, signal: context.signal });
    show(context, plan, request, outcome);
  },
});

/** With an Envoy program at hand the filter is tried apart from the one that runs. */
async function findProgram(context: Context, flag: string | undefined): Promise<FoundEnvoy | undefined> {
  try {
    return await openEnvoy(context, flag, "never");
  } catch (error) {
    if (errorCode(error) !== "ENVOY_NOT_FOUND") throw error;
    context.logger.debug("no Envoy program here: the filter is tried only by the one that runs");
    return undefined;
  }
}

function show(
  context: Context,
  plan: DeployPlan,
  request: DeployRequest,
  outcome: DeployOutcome | undefined,
  diff?: string,
): void {
  const { deployment, listeners, changes } = plan;
  const { reference, digest, module } = request;
  if (context.isJson) {
    const described = changes.map(({ path, before }) => ({ path, change: before ? "changed" : "added" }));
    const result = {
      deployment,
      reference,
      digest,
      moduleDigest: digestOf(module),
      listeners,
      outcome: outcome ?? "planned",
      changes: described,
    };
    return context.outJson(diff === undefined ? result : { ...result, diff });
  }
  if (diff !== undefined) {
    context.out(diff);
    return context.note(diff === "" ? "dry run: nothing would change" : "dry run: nothing was changed");
  }
  const where = listeners.map((name) => name || "(one without a name)").join(", ");
  context.out(`${deployment}: ${outcome === undefined ? "planned" : sentences[outcome]}\n`);
  if (!reference.endsWith(digest)) context.note(`${reference} is ${digest}`);
  context.note(`in ${count(listeners.length, "listener")}: ${where}; ${count(changes.length, "file")} written`);
}

const sentences: Readonly<Record<DeployOutcome, string>> = {
  running: "Envoy runs it",
  "restart-needed": "written; restart Envoy once, since its bootstrap has changed",
  written: "written; no running Envoy was asked, since none answers at the bootstrap's admin address",
};
