import { describe, expect, test } from "vitest";
import { readEnvoyYaml } from "#envoy/schema";
import { text } from "./nodes.ts";

describe("a field is found where Envoy sees it:", () => {
  test.each([
    { name: "by its JSON name", yaml: "statPrefix: a", found: "a" },
    { name: "the last of two with the same name", yaml: "stat_prefix: a\nstat_prefix: b", found: "b" },
    { name: "not under the tag !ignore", yaml: "!ignore stat_prefix: a", found: undefined },
    { name: "behind an alias", yaml: "!ignore x: &x a\nstat_prefix: *x", found: "a" },
  ])("$name", ({ yaml, found }) => {
    const read = readEnvoyYaml(yaml, "a.yaml");
    expect(text(read, read.document.contents, "stat_prefix")).toBe(found);
  });
});
