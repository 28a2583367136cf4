// A thin binding to the Proxy-Wasm ABI 0.2.1, in the shape of the C++ SDK, for the benchmark's filters only: contexts by
// id in a hash map, what the host gives as an owned block, header pairs as views into it.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#define IMPORT(name) extern "C" __attribute__((import_module("env"), import_name(#name))) uint32_t name
#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

IMPORT(proxy_get_header_map_pairs)(uint32_t map, const char **data, size_t *size);
IMPORT(proxy_get_header_map_value)
(uint32_t map, const char *name, size_t name_size, const char **value, size_t *value_size);
IMPORT(proxy_replace_header_map_value)
(uint32_t map, const char *name, size_t name_size, const char *value, size_t value_size);
IMPORT(proxy_remove_header_map_value)(uint32_t map, const char *name, size_t name_size);
IMPORT(proxy_get_buffer_bytes)(uint32_t type, size_t start, size_t length, const char **data, size_t *size);
IMPORT(proxy_set_buffer_bytes)(uint32_t type, size_t start, size_t length, const char *data, size_t size);

namespace proxy_wasm {

enum class HeaderMap : uint32_t { RequestHeaders = 0, ResponseHeaders = 2 };
enum class Buffer : uint32_t { HttpResponseBody = 1 };
enum class Action : uint32_t { Continue = 0, Pause = 1 };

// A block that the host asked for by proxy_on_memory_allocate, and filled.
class WasmData {
public:
  WasmData(const char *data, size_t size) : data_(data), size_(size) {}
  WasmData(const WasmData &) = delete;
  ~WasmData() { std::free(const_cast<char *>(data_)); }

  std::string_view view() const { return {data_, size_}; }

  // Header pairs in the ABI's serialised form.
  std::vector<std::pair<std::string_view, std::string_view>> pairs() const {
    std::vector<std::pair<std::string_view, std::string_view>> result;
    if (size_ < 4) return result;
    const auto *numbers = reinterpret_cast<const uint32_t *>(data_);
    const uint32_t count = *numbers++;
    result.reserve(count);
    const char *text = data_ + 4 + count * 8;
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t name_size = *numbers++;
      const uint32_t value_size = *numbers++;
      result.emplace_back(std::string_view(text, name_size), std::string_view(text + name_size + 1, value_size));
      text += name_size + value_size + 2;
    }
    return result;
  }

private:
  const char *data_;
  size_t size_;
};

using WasmDataPtr = std::unique_ptr<WasmData>;

inline WasmDataPtr getHeaderMapPairs(HeaderMap map) {
  const char *data = nullptr;
  size_t size = 0;
  proxy_get_header_map_pairs(static_cast<uint32_t>(map), &data, &size);
  return std::make_unique<WasmData>(data, size);
}

inline WasmDataPtr getHeader(HeaderMap map, std::string_view name) {
  const char *data = nullptr;
  size_t size = 0;
  if (proxy_get_header_map_value(static_cast<uint32_t>(map), name.data(), name.size(), &data, &size) != 0) return nullptr;
  return std::make_unique<WasmData>(data, size);
}

inline void replaceHeader(HeaderMap map, std::string_view name, std::string_view value) {
  proxy_replace_header_map_value(static_cast<uint32_t>(map), name.data(), name.size(), value.data(), value.size());
}

inline void removeHeader(HeaderMap map, std::string_view name) {
  proxy_remove_header_map_value(static_cast<uint32_t>(map), name.data(), name.size());
}

inline WasmDataPtr getBufferBytes(Buffer type, size_t start, size_t length) {
  const char *data = nullptr;
  size_t size = 0;
  proxy_get_buffer_bytes(static_cast<uint32_t>(type), start, length, &data, &size);
  return std::make_unique<WasmData>(data, size);
}

inline void setBuffer(Buffer type, size_t start, size_t length, std::string_view data) {
  proxy_set_buffer_bytes(static_cast<uint32_t>(type), start, length, data.data(), data.size());
}

class StreamContext {
public:
  virtual ~StreamContext() = default;
  virtual Action onRequestHeaders(uint32_t, bool) { return Action::Continue; }
  virtual Action onRequestBody(size_t, bool) { return Action::Continue; }
  virtual Action onResponseHeaders(uint32_t, bool) { return Action::Continue; }
  virtual Action onResponseBody(size_t, bool) { return Action::Continue; }
  virtual bool onDone() { return true; }
  virtual void onLog() {}
};

// Defined by the filter.
std::unique_ptr<StreamContext> createStream();

namespace internal {

inline std::unordered_map<uint32_t, std::unique_ptr<StreamContext>> streams;

inline StreamContext *find(uint32_t id) {
  const auto found = streams.find(id);
  return found == streams.end() ? nullptr : found->second.get();
}

} // namespace internal
} // namespace proxy_wasm

EXPORT(proxy_abi_version_0_2_1) void proxy_abi_version_0_2_1() {}
EXPORT(proxy_on_memory_allocate) void *proxy_on_memory_allocate(size_t size) { return std::malloc(size); }
EXPORT(proxy_on_vm_start) uint32_t proxy_on_vm_start(uint32_t, size_t) { return 1; }
EXPORT(proxy_on_configure) uint32_t proxy_on_configure(uint32_t, size_t) { return 1; }

EXPORT(proxy_on_context_create) void proxy_on_context_create(uint32_t id, uint32_t parent) {
  if (parent != 0) proxy_wasm::internal::streams[id] = proxy_wasm::createStream();
}

EXPORT(proxy_on_request_headers)
proxy_wasm::Action proxy_on_request_headers(uint32_t id, uint32_t count, uint32_t end) {
  auto *stream = proxy_wasm::internal::find(id);
  return stream ? stream->onRequestHeaders(count, end != 0) : proxy_wasm::Action::Continue;
}

EXPORT(proxy_on_request_body) proxy_wasm::Action proxy_on_request_body(uint32_t id, size_t size, uint32_t end) {
  auto *stream = proxy_wasm::internal::find(id);
  return stream ? stream->onRequestBody(size, end != 0) : proxy_wasm::Action::Continue;
}

EXPORT(proxy_on_response_headers)
proxy_wasm::Action proxy_on_response_headers(uint32_t id, uint32_t count, uint32_t end) {
  auto *stream = proxy_wasm::internal::find(id);
  return stream ? stream->onResponseHeaders(count, end != 0) : proxy_wasm::Action::Continue;
}

EXPORT(proxy_on_response_body) proxy_wasm::Action proxy_on_response_body(uint32_t id, size_t size, uint32_t end) {
  auto *stream = proxy_wasm::internal::find(id);
  return stream ? stream->onResponseBody(size, end != 0) : proxy_wasm::Action::Continue;
}

EXPORT(proxy_on_done) uint32_t proxy_on_done(uint32_t id) {
  auto *stream = proxy_wasm::internal::find(id);
  return stream ? stream->onDone() : 1;
}

EXPORT(proxy_on_log) void proxy_on_log(uint32_t id) {
  if (auto *stream = proxy_wasm::internal::find(id)) stream->onLog();
}

EXPORT(proxy_on_delete) void proxy_on_delete(uint32_t id) { proxy_wasm::internal::streams.erase(id); }
