use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::{Error, Result};

/// The address of a server: scheme, host, port, and the path under which a proxy may have put it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ServerUrl {
    https: bool,
    authority: String,
    prefix: String,
}

impl ServerUrl {
    /// Parses `host:port`, `http://host:port`, `https://host/some/path`; without a scheme it is http.
    pub(crate) fn parse(server: &str) -> Result<Self> {
        let bad = |rule| Err(Error::BadServer { server: server.to_owned(), rule });
        let text = server.trim();
        let (https, rest) = match text.split_once("://") {
            None => (false, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some(_) => return bad("the scheme is http or https"),
        };
        let (authority, prefix) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        // What may stand in a path; a query, a fragment or a login have no place here.
        if rest.contains(|c: char| !c.is_ascii_alphanumeric() && !"-._~!$&'()*+,;=:%/[]".contains(c)) {
            return bad("it has a character that does not belong there");
        }
        let (host, port) = split_port(authority);
        if host.is_empty() {
            return bad("the host is missing");
        }
        if !is_host(host) {
            return bad("the host is a name of letters, digits, `-`, `_` and `.`, or an address, IPv6 in brackets");
        }
        if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
            return bad("the port is a number from 1 to 65535");
        }
        let prefix =
            prefix.split('/').filter(|part| !part.is_empty()).fold(String::new(), |all, part| all + "/" + part);
        Ok(Self { https, authority: authority.to_ascii_lowercase(), prefix })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the server is this machine, which no proxy of the environment knows.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = split_port(&self.authority).0.trim_matches(['[', ']']);
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)),
    }
}

/// Host and port; the colons of a bracketed IPv6 address are not that of a port.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[host_end..].split_once(':') {
        Some((rest, port)) => (&authority[..host_end + rest.len()], Some(port)),
        None => (authority, None),
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_written_in_many_ways() {
        let parsed = |text: &str| ServerUrl::parse(text).unwrap().to_string();
        assert_eq!(parsed("host:8000"), "http://host:8000");
        assert_eq!(parsed(" http://Host:8000/ "), "http://host:8000");
        assert_eq!(parsed("HTTPS://host//a/b/"), "https://host/a/b");
        assert_eq!(parsed("host/Prefix"), "http://host/Prefix");
        assert_eq!(parsed("[::1]:8000"), "http://[::1]:8000");
    }

    #[test]
    fn what_is_no_server_is_refused_with_the_rule() {
        for text in [
            "",
            "http://",
            "dvid://host",
            "host:port",
            "host:0",
            "host:99999",
            "user@host",
            "host?x=1",
            ":80",
            "::1",
            "[::1",
            "[::1]x:80",
            "[name]:80",
            "h%st:80",
            "hôst:80",
            "*",
            "host/a|b",
        ] {
            let error = ServerUrl::parse(text).unwrap_err();
            assert!(matches!(&error, Error::BadServer { server, .. } if server == text), "{text}: {error}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for text in ["localhost:1", "127.0.0.1:8000", "http://[::1]:80"] {
            assert!(ServerUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        assert!(!ServerUrl::parse("emdata.example.org").unwrap().is_loopback());
    }
}
