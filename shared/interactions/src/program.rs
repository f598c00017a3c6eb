//! What programs call themselves. The list is short on purpose: it names what crawlers, previews, monitors
//! and HTTP libraries say in their User-Agent, and nothing that is in a browser's name.

/// Parts of User-Agents, in lower case. Looked at 2026-11 against the agents that crawlers document.
const PROGRAMS: [&str; 28] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "headless",
    "phantomjs",
    "selenium",
    "puppeteer",
    "playwright",
    "lighthouse",
    "pagespeed",
    "gtmetrix",
    "pingdom",
    "uptime",
    "monitor",
    "facebookexternalhit",
    "bingpreview",
    "preview",
    "scrapy",
    "curl/",
    "wget/",
    "python-requests",
    "aiohttp",
    "go-http-client",
    "java/",
    "libwww",
    "httpclient",
    "archiver",
];

/// Names of browsers and phones that hold one of [`PROGRAMS`].
const BROWSERS: [&str; 1] = ["cubot"];

/// Whether `user_agent` is that of a program that says so.
#[must_use]
pub fn is_program(user_agent: &str) -> bool {
    let mut name = user_agent.to_lowercase();
    for browser in BROWSERS {
        name = name.replace(browser, "");
    }
    PROGRAMS.iter().any(|program| name.contains(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_by_their_names_and_browsers_are_none() {
        for program in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0) Chrome/116.0",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0.0.0 Safari/537.36",
            "facebookexternalhit/1.1",
            "curl/8.5.0",
            "python-requests/2.31.0",
        ] {
            assert!(is_program(program), "{program}");
        }
        for browser in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
            "Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/119.0 Mobile",
            "sample",
        ] {
            assert!(!is_program(browser), "{browser}");
        }
    }
}
