#include "proxy_wasm.h"

using namespace proxy_wasm;

class AddHeader : public StreamContext {
public:
  Action onResponseHeaders(uint32_t, bool) override {
    replaceHeader(HeaderMap::ResponseHeaders, "x-hello", "world");
    return Action::Continue;
  }
};

std::unique_ptr<StreamContext> proxy_wasm::createStream() { return std::make_unique<AddHeader>(); }
