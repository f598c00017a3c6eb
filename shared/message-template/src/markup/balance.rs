//! Whether elements are closed.

use super::{Piece, is_void, pieces};

/// Where the first element begins that is not closed, or the end of one that was not begun. Elements of one
/// kind of comment and of the other are counted apart: Outlook's tables hold those of all others.
pub(crate) fn unbalanced(text: &str) -> Option<(usize, String)> {
    let mut open: [Vec<(usize, String)>; 2] = [Vec::new(), Vec::new()];
    let mut outlook = 0;
    for piece in pieces(text) {
        match piece {
            Piece::OutlookBegins => outlook = 1,
            Piece::OutlookEnds => outlook = 0,
            Piece::Open(element) if !element.empty && !is_void(&element.name) => {
                open[outlook].push((element.at, element.name));
            }
            Piece::Close { name, at } => match open[outlook].pop() {
                Some((_, opened)) if opened == name => {}
                Some(opened) => return Some(opened),
                None => return Some((at, name)),
            },
            _ => {}
        }
    }
    open.into_iter().flatten().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_closed_is_found() {
        let at = |text| unbalanced(text).map(|(at, _)| at);
        assert_eq!(at("<p><br><img src='x'>{{ a }}<i>x</i><hr/></p>"), None);
        assert_eq!(at("<p><i>x</p>"), Some(3));
        assert_eq!(at("<p>x"), Some(0));
        assert_eq!(at("x</p>"), Some(1));
        assert_eq!(
            at("<!--[if mso]><td><![endif]--><p></p><!--[if mso]></td><![endif]-->"),
            None
        );
        assert_eq!(at("<p><!--[if mso]></p><![endif]-->"), Some(16));
    }
}
