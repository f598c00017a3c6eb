//! The tree of a filter expression.

/// A filter: what passes every expression of the chain is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// In the order of the text.
    pub expressions: Vec<Expression>,
}

/// One expression of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Whether what matches is kept or taken out.
    pub action: Action,
    /// What is kept or taken out.
    pub subject: Subject,
    /// Which of them match.
    pub condition: Condition,
    /// The IF part: tests of the current user, all of which must hold for the expression to count.
    pub guard: Vec<Test>,
}

/// What a filter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Items, for recommendations.
    Item,
    /// Actions, for action recommendations.
    Action,
    /// Users, for segments.
    User,
}

/// What happens to what matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// They alone are kept.
    Include,
    /// They are taken out.
    Exclude,
}

/// Tests joined with AND and OR; AND binds tighter.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// All hold.
    And(Vec<Condition>),
    /// One holds.
    Or(Vec<Condition>),
    /// This holds.
    Test(Test),
}

/// A comparison of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// The field.
    pub field: FieldName,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub operand: Operand,
    /// Where the test begins, for messages.
    pub position: usize,
}

/// `<dataset>.<field>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldName {
    /// The dataset or the current user or item.
    pub dataset: Source,
    /// The field's name as written.
    pub name: String,
}

/// Where a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// What the user did with the item.
    Interactions,
    /// The item itself.
    Items,
    /// What the user did with the action.
    ActionInteractions,
    /// The action itself.
    Actions,
    /// The user of a segment.
    Users,
    /// The user of the request.
    CurrentUser,
    /// The item of the request.
    CurrentItem,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// One of.
    In,
    /// None of.
    NotIn,
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

impl Source {
    /// Whether it says who did what, so that only the type of the event can be tested.
    #[must_use]
    pub fn is_interactions(self) -> bool {
        matches!(self, Self::Interactions | Self::ActionInteractions)
    }
}

impl Operator {
    /// Whether it needs an order, so that it is for numbers only.
    #[must_use]
    pub fn is_range(self) -> bool {
        matches!(
            self,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual
        )
    }

    /// Whether it is the negation of another.
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(self, Self::NotIn | Self::NotEqual)
    }

    /// Whether `left` compares so with `right`, for numbers.
    #[must_use]
    pub fn compare(self, left: f64, right: f64) -> bool {
        match self {
            Self::In | Self::Equal => left == right,
            Self::NotIn | Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// The right side of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Values and placeholders.
    Terms(Vec<Term>),
    /// A field of the request's item.
    CurrentItem(String),
}

/// A value or what stands for values.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// Values that the request gives.
    Placeholder(String),
}

impl Condition {
    /// All tests in it.
    #[must_use]
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::tests).collect(),
            Self::Test(test) => vec![test],
        }
    }
}

impl Expression {
    /// All tests in it, those of the guard last.
    #[must_use]
    pub fn tests(&self) -> Vec<&Test> {
        let mut tests = self.condition.tests();
        tests.extend(&self.guard);
        tests
    }
}

impl Test {
    /// Its placeholders.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let terms = match &self.operand {
            Operand::Terms(terms) => terms.as_slice(),
            Operand::CurrentItem(_) => &[],
        };
        terms.iter().filter_map(|term| match term {
            Term::Placeholder(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Filter {
    /// What it is about: the same in all expressions of a filter that Personalize allows.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        self.expressions.first().map(|first| first.subject)
    }

    /// The names of all placeholders.
    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        let tests = self.expressions.iter().flat_map(Expression::tests);
        tests.flat_map(Test::placeholders)
    }

    /// Whether any test is about this source.
    #[must_use]
    pub fn reads(&self, source: Source) -> bool {
        self.expressions
            .iter()
            .flat_map(Expression::tests)
            .any(|test| {
                test.field.dataset == source
                    || (source == Source::CurrentItem
                        && matches!(test.operand, Operand::CurrentItem(_)))
            })
    }
}
