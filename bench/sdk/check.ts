import { deepStrictEqual } from "node:assert/strict";
import { requestHeaders } from "./load.ts";
import type { FilterName } from "./peer.ts";
import { body } from "./stage.ts";

/**
 * Whether the filter behind a port does what filters/README.md says: a filter that does less is faster.
 *
 * @throws {AssertionError} when it does not
 */
export async function checkFilter(filter: FilterName, port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/echo`, { headers: requestHeaders });
  const seen = Object.fromEntries(answer.headers);
  const text = await answer.text();
  if (filter === "add-header") {
    deepStrictEqual({ hello: seen["x-hello"], text }, { hello: "world", text: body });
    return;
  }
  const user = requestHeaders["x-user"] ?? "";
  deepStrictEqual(
    {
      text,
      user: seen["echo-x-user-id"],
      filter: seen["echo-x-filter"],
      stage: seen["echo-x-stage"],
      hasAll: Number(seen["echo-x-header-count"]) > Object.keys(requestHeaders).length,
      hasBytes: Number(seen["echo-x-header-bytes"]) > Object.values(requestHeaders).join("").length,
    },
    { text: body.replace("{user}", user), user, filter: "rewrite", stage: "request", hasAll: true, hasBytes: true },
  );
}
