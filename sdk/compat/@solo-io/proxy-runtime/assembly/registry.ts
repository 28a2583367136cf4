import { registerFilter } from "@wasm-hub/sdk";
import { newContextId } from "@wasm-hub/sdk/assembly/context-table";
import { findText } from "@wasm-hub/sdk/assembly/property";
import { RootAdapter } from "./adapter";
import { RootContext } from "./context";

class Registration {
  constructor(
    readonly rootId: string,
    readonly create: (context_id: u32) => RootContext,
    readonly earlier: Registration | null,
  ) {}
}

let latest: Registration | null = null;

/** Says which root context answers to the root id `name`, at the top level of the filter's file. */
export function registerRootContext(root_context_factory: (context_id: u32) => RootContext, name: string): void {
  latest = new Registration(name, root_context_factory, latest);
  registerFilter(name, () => createRoot());
}

/** For the root id that the host gives; the SDK has made sure that it is one of these, or that there is only one. */
function createRoot(): RootAdapter {
  const rootId = findText("plugin_root_id");
  let registration = latest!;
  while (registration.earlier !== null && registration.rootId != rootId) registration = registration.earlier!;
  const create = registration.create;
  return new RootAdapter(create(newContextId));
}
