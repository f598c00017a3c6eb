//! Which elements of a document are open. A document that breaks off, or whose ends do not fit its
//! begins, is no shorter good one: what is missing of it would count as gone from the shop.

use quick_xml::events::Event;

/// The deepest element read; feeds have three or four levels.
const MAX_DEPTH: usize = 64;

/// The open elements, the outermost first.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    open: Vec<Opened>,
    /// Whether there was any element.
    any: bool,
}

#[derive(Debug)]
struct Opened {
    name: String,
    at: usize,
}

/// What is wrong with a document.
#[derive(Debug)]
pub(super) struct Flaw {
    /// The byte it is at.
    pub(super) at: usize,
    /// In words; names of elements and nothing else of the document.
    pub(super) what: String,
}

impl Nesting {
    /// Takes the next event, which begins `at` a byte of the document.
    pub(super) fn take(&mut self, event: &Event<'_>, at: usize) -> Result<(), Flaw> {
        match event {
            Event::Start(start) => self.begin(start.name().into_inner(), at),
            Event::End(end) => self.end(end.name().into_inner(), at),
            Event::Empty(_) => {
                self.any = true;
                Ok(())
            }
            Event::Eof => self.finish(at),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, name: &str, at: usize) -> Result<(), Flaw> {
        self.any = true;
        if self.open.len() == MAX_DEPTH {
            let what = format!("a <{name}> is below {MAX_DEPTH} others");
            return Err(Flaw { at, what });
        }
        let name = name.to_owned();
        self.open.push(Opened { name, at });
        Ok(())
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), Flaw> {
        match self.open.pop() {
            Some(opened) if opened.name == name => Ok(()),
            Some(opened) => Err(Flaw {
                at: opened.at,
                what: format!("a <{}> is not closed before a </{name}>", opened.name),
            }),
            None => Err(Flaw {
                at,
                what: format!("a </{name}> closes nothing"),
            }),
        }
    }

    fn finish(&self, at: usize) -> Result<(), Flaw> {
        match self.open.last() {
            Some(opened) => Err(Flaw {
                at: opened.at,
                what: format!("a <{}> is not closed", opened.name),
            }),
            None if self.any => Ok(()),
            None => Err(Flaw {
                at,
                what: "it has no element".to_owned(),
            }),
        }
    }
}
