import { exportsCallbacks } from "./sources.js";

/**
 * Words in a filter's source for which it needs a callback, those of old filters (compat/) among them. A callback that is
 * not named here is always exported.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const words = {
  proxy_on_vm_start: ["onVmStart", "onStart", "vmConfiguration", "vmConfigurationBytes"],
  proxy_on_tick: ["onTick"],
  proxy_on_request_headers: ["onRequestHeaders"],
  proxy_on_request_body: ["onRequestBody"],
  proxy_on_request_trailers: ["onRequestTrailers"],
  proxy_on_response_headers: ["onResponseHeaders"],
  proxy_on_response_body: ["onResponseBody"],
  proxy_on_response_trailers: ["onResponseTrailers"],
  proxy_on_done: ["onDone", "httpCall"],
  proxy_on_log: ["onLog"],
  proxy_on_new_connection: ["onNewConnection"],
  proxy_on_downstream_data: ["onDownstreamData"],
  proxy_on_upstream_data: ["onUpstreamData"],
  proxy_on_downstream_connection_close: ["onDownstreamClose", "onDownstreamConnectionClose"],
  proxy_on_upstream_connection_close: ["onUpstreamClose", "onUpstreamConnectionClose"],
  proxy_on_queue_ready: ["onQueueReady"],
  proxy_on_foreign_function: ["onForeignFunction"],
  proxy_on_http_call_response: ["HttpCall", "httpCall"],
  proxy_on_grpc_receive_initial_metadata: ["GrpcStream"],
  proxy_on_grpc_receive: ["GrpcCall", "GrpcStream"],
  proxy_on_grpc_receive_trailing_metadata: ["GrpcStream"],
  proxy_on_grpc_close: ["GrpcCall", "GrpcStream"],
};

/**
 * Leaves out of the module's exports the callbacks that the filter has no use for. The host does not call what is not
 * there: that saves code, and for each stream the way into the VM and back.
 *
 * @param {readonly import("assemblyscript").Source[]} ofSdk
 * @param {readonly import("assemblyscript").Source[]} filter
 */
export function keepCallbacksInUse(ofSdk, filter) {
  const found = new Set(filter.flatMap(({ text }) => text.match(/\w+/g) ?? []));
  const isInUse = (/** @type {string} */ callback) => words[callback]?.some((word) => found.has(word)) ?? true;
  for (const statement of ofSdk.flatMap(({ statements }) => statements)) {
    if (!exportsCallbacks(statement)) continue;
    statement.members = statement.members.filter(({ exportedName }) => isInUse(exportedName.text));
  }
}
