//! What is no customer: programs that say so in their User-Agent, and sessions faster than people.
//!
//! Crawlers that run JavaScript send events like a browser, and the models would learn from them. The
//! list is short on purpose: it names what crawlers, previews, monitors and HTTP libraries call
//! themselves, and nothing that is in a browser's name. A program that hides is left to the rate.
//! Backends (IAM) are the shop's own, and send for many; they are not screened.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use shared::caller::Caller;

/// What is answered for each interaction.
pub(crate) const REASON: &str = "looks like a bot";

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

/// Interactions of a session a minute, in one process of the function: five a second.
const MOST_A_MINUTE: u32 = 300;
const MINUTE: Duration = Duration::from_secs(60);

/// Sessions that are counted at once; what comes beyond them within the minute is let through.
const MOST_SESSIONS: usize = 20_000;

/// The screen.
#[derive(Debug)]
pub(crate) struct Screen {
    hasher: RandomState,
    minute: Mutex<Minute>,
}

#[derive(Debug)]
struct Minute {
    since: Instant,
    /// Interactions by the session's hash: the ids themselves are kept nowhere.
    sessions: HashMap<u64, u32>,
}

impl Screen {
    /// Nobody has been seen yet.
    pub(crate) fn new(now: Instant) -> Self {
        let sessions = HashMap::new();
        Self {
            hasher: RandomState::new(),
            minute: Mutex::new(Minute {
                since: now,
                sessions,
            }),
        }
    }

    /// Whether `interactions` more of `session` at `now` look like a program's.
    pub(crate) fn is_bot(
        &self,
        caller: &Caller,
        user_agent: Option<&str>,
        session: &str,
        interactions: usize,
        now: Instant,
    ) -> bool {
        if *caller == Caller::Backend {
            return false;
        }
        user_agent.is_some_and(is_program) || self.is_too_fast(session, interactions, now)
    }

    fn is_too_fast(&self, session: &str, interactions: usize, now: Instant) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(minute.since) >= MINUTE {
            minute.since = now;
            minute.sessions.clear();
        }
        let session = self.hasher.hash_one(session);
        if minute.sessions.len() >= MOST_SESSIONS && !minute.sessions.contains_key(&session) {
            return false;
        }
        let count = minute.sessions.entry(session).or_default();
        *count = count.saturating_add(u32::try_from(interactions).unwrap_or(u32::MAX));
        *count > MOST_A_MINUTE
    }
}

fn is_program(user_agent: &str) -> bool {
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

    #[test]
    fn nobody_does_more_than_five_things_a_second_for_a_minute() {
        let start = Instant::now();
        let screen = Screen::new(start);
        let is_bot = |session, now| screen.is_bot(&Caller::Anonymous, None, session, 100, now);
        assert!(!is_bot("s", start) && !is_bot("s", start) && !is_bot("s", start));
        assert!(is_bot("s", start), "the fourth hundred");
        assert!(!is_bot("other", start));
        assert!(!is_bot("s", start + MINUTE), "the next minute is another");
    }

    #[test]
    fn backends_are_not_screened() {
        let now = Instant::now();
        let screen = Screen::new(now);
        assert!(!screen.is_bot(&Caller::Backend, Some("Boto3/1.0 bot"), "s", 1_000, now));
    }
}
