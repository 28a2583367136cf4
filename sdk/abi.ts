// The functions that a host calls (Proxy-Wasm ABI 0.2.1, "Callbacks exposed by the Wasm module").
// Imported by the package's name, so that there is one instance of the SDK wherever this file lies.
export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_done,
  proxy_on_foreign_function,
  proxy_on_log,
  proxy_on_memory_allocate,
  proxy_on_queue_ready,
  proxy_on_request_body,
  proxy_on_request_headers,
  proxy_on_request_trailers,
  proxy_on_response_body,
  proxy_on_response_headers,
  proxy_on_response_trailers,
  proxy_on_tick,
  proxy_on_vm_start,
} from "@wasm-hub/sdk/assembly/callbacks";
export {
  proxy_on_grpc_close,
  proxy_on_grpc_receive,
  proxy_on_grpc_receive_initial_metadata,
  proxy_on_grpc_receive_trailing_metadata,
  proxy_on_http_call_response,
} from "@wasm-hub/sdk/assembly/call-callbacks";
export {
  proxy_on_downstream_connection_close,
  proxy_on_downstream_data,
  proxy_on_new_connection,
  proxy_on_upstream_connection_close,
  proxy_on_upstream_data,
} from "@wasm-hub/sdk/assembly/tcp-callbacks";
