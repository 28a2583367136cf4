import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyDeploy } from "./apply.ts";
import { planDeploy } from "./plan.ts";
import { readSnapshot } from "./snapshot.ts";
import { deploymentStatus } from "./status.ts";
import { deployRequest, FakeAdmin, managerType } from "./testing.ts";

let folder: string;
let bootstrap: string;
let admin: FakeAdmin;
let version: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "status-"));
  bootstrap = join(folder, "envoy.yaml");
  const filters = `[{ name: hcm, typed_config: { "@type": ${managerType}, http_filters: [{ name: envoy.filters.http.router }] } }]`;
  await writeFile(
    bootstrap,
    `static_resources: { listeners: [{ name: a, filter_chains: [{ filters: ${filters} }] }] }\n`,
  );
  const plan = planDeploy(await readSnapshot(bootstrap, "demo"), deployRequest());
  await applyDeploy(plan, { admin: undefined });
  version = plan.version;
  admin = new FakeAdmin();
  admin.dumps["static_listeners"] = [{ listener: { name: "a", path: plan.slot.extensionPath } }];
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  { state: "running", arrange: () => admin.slot(version) },
  { state: "running", arrange: () => admin.slot(version, 3) },
  { state: "stale", arrange: () => admin.slot("older"), says: `it runs version older of its configuration, not ` },
  { state: "stale", arrange: () => admin.slot(""), says: "it runs version none" },
  { state: "refused", arrange: () => admin.slot("older", 2), says: "it has refused 2 since it began" },
  { state: "absent", arrange: () => undefined },
  {
    state: "absent",
    arrange: () => {
      admin.slot(version);
      admin.dumps["static_listeners"] = [{ listener: { name: "a" } }];
    },
  },
])("a deployment is $state", async ({ state, arrange, says }) => {
  arrange();
  const [status] = await deploymentStatus(bootstrap, admin);
  expect(status).toMatchObject({ state, record: { name: "demo" } });
  if (says === undefined) expect(status?.reason).toBeUndefined();
  else expect(status?.reason).toContain(says);
});

test("nothing is known of a deployment when nobody can be asked", async () => {
  expect(await deploymentStatus(bootstrap, undefined)).toMatchObject([{ state: "unknown", reason: undefined }]);
});
