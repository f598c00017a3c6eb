//! Running queries: from the text to the object with its result.

pub(crate) mod definitions;
pub(crate) mod failure;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod result_file;
pub(crate) mod run;
pub(crate) mod scan;
pub(crate) mod session;
