import { type DeploymentStatus, deploymentStatus, readSnapshot } from "#deploy/envoy";
import { adminFlag, bootstrapFlag, bootstrapPath, openAdmin } from "../bootstraps.ts";
import { defineCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { json } from "../flags.ts";

export const status = defineCommand({
  summary: "Show what is deployed, and whether Envoy runs it",
  arguments: {},
  flags: { bootstrap: bootstrapFlag, admin: adminFlag, json },
  examples: [{ text: "by the bootstrap", command: "wasm status -b envoy.yaml" }],
  json: [
    {
      deployment: "my-filter",
      state: "running",
      reason: null,
      reference: "hub.example/me/my-filter:v1",
      digest: "sha256:…",
      moduleDigest: "sha256:…",
      rootId: "my-filter",
      configuration: '{"header":"x-hello"}',
      listeners: ["public"],
      mode: "file",
    },
  ],

  async run(context, { flags }) {
    const path = await bootstrapPath(context, flags.bootstrap);
    const admin = await openAdmin(context, flags.admin, await readSnapshot(path, ""));
    const found = await deploymentStatus(path, admin, context.signal);
    if (context.isJson) return context.outJson(found.map((deployment) => toJson(deployment)));
    if (found.length === 0) return context.note(`nothing is deployed to ${path}`);
    const rows = found.map(({ record, state }) => [
      record.name,
      paint(context, state),
      record.reference.replace(/@sha256:.*$/, ""),
      record.digest.slice(0, "sha256:".length + 12),
      record.listeners.join(", "),
    ]);
    context.outTable([["DEPLOYMENT", "STATE", "IMAGE", "DIGEST", "LISTENERS"], ...rows]);
    for (const { record, reason } of found)
      if (reason !== undefined) context.note(`${record.name}: Envoy said: ${reason}`);
  },
});

function toJson({ record, state, reason }: DeploymentStatus): unknown {
  const { name, reference, digest, moduleDigest, rootId, configuration, listeners, mode } = record;
  return {
    deployment: name,
    state,
    reason: reason ?? null,
    reference,
    digest,
    moduleDigest,
    rootId,
    configuration,
    listeners,
    mode,
  };
}

function paint({ style }: Context, state: DeploymentStatus["state"]): string {
  if (state === "running") return style("green", state);
  return state === "unknown" ? state : style("red", state);
}
