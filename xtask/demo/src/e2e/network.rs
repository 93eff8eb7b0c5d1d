//! What the browser tells of its network.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Result;

/// The requests of one page, by their numbers.
#[derive(Debug)]
pub(super) struct Network {
    origin: String,
    asked: HashMap<String, String>,
}

impl Network {
    /// Those of the page at an address; the browser's own pages are none of ours.
    pub(super) fn of(address: &str) -> Result<Self> {
        let host = address.split('/').nth(2).ok_or_else(|| format!("'{address}' has no host"))?;
        Ok(Self { origin: format!("http://{host}/"), asked: HashMap::new() })
    }

    /// What is wrong with an event, if anything is.
    pub(super) fn complaint(&mut self, event: &Value) -> Option<String> {
        let params = &event["params"];
        let number = params["requestId"].as_str().unwrap_or("");
        match event["method"].as_str()? {
            "Network.requestWillBeSent" if self.is_ours(&params["documentURL"]) => {
                let url = params["request"]["url"].as_str()?;
                self.asked.insert(number.to_owned(), url.to_owned());
                let stays = url.starts_with(&self.origin) || url.starts_with("data:") || url.starts_with("blob:");
                (!stays).then(|| format!("the page asks for {url}"))
            }
            // The page gives up what it no longer needs.
            "Network.loadingFailed" if params["canceled"] != json!(true) => {
                self.asked.get(number).map(|url| format!("{url} failed: {}", params["errorText"]))
            }
            "Network.responseReceived" => {
                let status = params["response"]["status"].as_u64().filter(|status| *status >= 400)?;
                self.asked.get(number).map(|url| format!("{url} answered {status}"))
            }
            _ => None,
        }
    }

    fn is_ours(&self, url: &Value) -> bool {
        url.as_str().is_some_and(|url| url.starts_with(&self.origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_page_asks_for_counts() {
        let mut network = Network::of("http://127.0.0.1:80/v/T/").unwrap();
        let mut told = |method: &str, params: Value| network.complaint(&json!({"method": method, "params": params}));
        let mut ask = |number: &str, page: &str, url: &str| {
            let request = json!({"requestId": number, "documentURL": page, "request": {"url": url}});
            told("Network.requestWillBeSent", request)
        };
        let page = "http://127.0.0.1:80/v/T/";
        assert_eq!(ask("1", page, "http://127.0.0.1:80/T/info"), None);
        assert_eq!(ask("2", "chrome://new-tab-page/", "https://example.org/"), None);
        assert!(ask("3", page, "https://example.org/").unwrap().contains("https://example.org/"));
        let answer = |number: &str, status: u16| json!({"requestId": number, "response": {"status": status}});
        assert_eq!(told("Network.responseReceived", answer("1", 200)), None);
        assert_eq!(told("Network.responseReceived", answer("2", 404)), None);
        assert!(told("Network.responseReceived", answer("1", 404)).unwrap().contains("/T/info answered 404"));
        let failed = |canceled: bool| json!({"requestId": "1", "errorText": "net::ERR", "canceled": canceled});
        assert!(told("Network.loadingFailed", failed(false)).unwrap().contains("net::ERR"));
        assert_eq!(told("Network.loadingFailed", failed(true)), None);
    }
}
