#include "proxy_wasm.h"

using namespace proxy_wasm;

class Rewrite : public StreamContext {
public:
  Action onRequestHeaders(uint32_t, bool) override {
    const auto all = getHeaderMapPairs(HeaderMap::RequestHeaders);
    const auto pairs = all->pairs();
    size_t bytes = 0;
    for (const auto &[name, value] : pairs) bytes += value.size();
    if (const auto user = getHeader(HeaderMap::RequestHeaders, "x-user")) user_ = user->view();
    replaceHeader(HeaderMap::RequestHeaders, "x-header-count", std::to_string(pairs.size()));
    replaceHeader(HeaderMap::RequestHeaders, "x-header-bytes", std::to_string(bytes));
    replaceHeader(HeaderMap::RequestHeaders, "x-user-id", user_);
    replaceHeader(HeaderMap::RequestHeaders, "x-filter", "rewrite");
    replaceHeader(HeaderMap::RequestHeaders, "x-stage", "request");
    return Action::Continue;
  }

  Action onResponseHeaders(uint32_t, bool) override {
    removeHeader(HeaderMap::ResponseHeaders, "content-length");
    return Action::Continue;
  }

  Action onResponseBody(size_t size, bool end) override {
    if (!end) return Action::Pause;
    const auto data = getBufferBytes(Buffer::HttpResponseBody, 0, size);
    std::string body(data->view());
    const auto at = body.find("{user}");
    if (at != std::string::npos) body.replace(at, 6, user_);
    setBuffer(Buffer::HttpResponseBody, 0, size, body);
    return Action::Continue;
  }

private:
  std::string user_ = "nobody";
};

std::unique_ptr<StreamContext> proxy_wasm::createStream() { return std::make_unique<Rewrite>(); }
