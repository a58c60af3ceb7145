//! How a context prints: by what it derives from.

use std::fmt;

use crate::context::Context;
use crate::kind::Kind;
use crate::node::NodeRef;

/// How many links are printed; what is further up is left out.
const LONGEST: usize = 32;

/// A node, and what it derives from.
struct Chain<'a>(Option<NodeRef<'a>>);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds = Vec::new();
        let mut next = self.0;
        while let Some(node) = next {
            if kinds.len() == LONGEST {
                break;
            }
            kinds.push(&node.get().kind);
            // SAFETY: a context keeps its parent, which is not touched before its burial.
            next =
                node.get().parent.with(|parent| unsafe { (*parent).as_ref() }.map(|p| p.borrow()));
        }
        f.write_str(match (next, kinds.last()) {
            (Some(_), _) => "…",
            (None, Some(Kind::Token(_))) => "",
            (None, _) => "background",
        })?;
        for kind in kinds.iter().rev() {
            write!(f, ".{kind}")?;
        }
        Ok(())
    }
}

/// The chain of derivation, the deadline, and how it ended. The clock is not looked at.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.scope().map(|scope| scope.state.load());
        let error = word.filter(|word| word.is_ended()).map(|word| word.error());
        f.debug_struct("Context")
            .field("chain", &format_args!("{}", Chain(self.node())))
            .field("deadline", &self.deadline())
            .field("err", &error)
            .finish()
    }
}
