//! Templates of messages: MJML and a sandboxed template language, with a text part always.
