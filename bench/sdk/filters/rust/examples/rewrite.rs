use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

proxy_wasm::main! {{
    proxy_wasm::set_http_context(|_, _| -> Box<dyn HttpContext> {
        Box::new(Rewrite { user: "nobody".to_string() })
    });
}}

struct Rewrite {
    user: String,
}

impl Context for Rewrite {}

impl HttpContext for Rewrite {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let all = self.get_http_request_headers();
        let bytes: usize = all.iter().map(|(_, value)| value.len()).sum();
        if let Some(user) = self.get_http_request_header("x-user") {
            self.user = user;
        }
        self.set_http_request_header("x-header-count", Some(&all.len().to_string()));
        self.set_http_request_header("x-header-bytes", Some(&bytes.to_string()));
        self.set_http_request_header("x-user-id", Some(&self.user));
        self.set_http_request_header("x-filter", Some("rewrite"));
        self.set_http_request_header("x-stage", Some("request"));
        Action::Continue
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        self.set_http_response_header("content-length", None);
        Action::Continue
    }

    fn on_http_response_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        if !end_of_stream {
            return Action::Pause;
        }
        if let Some(Ok(body)) = self.get_http_response_body(0, size).map(String::from_utf8) {
            self.set_http_response_body(0, size, body.replacen("{user}", &self.user, 1).as_bytes());
        }
        Action::Continue
    }
}
