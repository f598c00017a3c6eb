//! What of a query the backend answers: columns, conditions and a limit as query parameters.
//!
//! The backend is asked for what is wanted exactly or for more, never for less; Athena applies every
//! condition again. A limit is only handed on when all conditions are met exactly, since rows that
//! Athena drops afterwards would be missing.

use std::ops::Bound;

use arrow_schema::SchemaRef;
use athena_federation::{
    ProtocolError, Value,
    message::Constraints,
    predicate::{Predicate, Values},
};

use crate::{
    column::Column,
    tables::Table,
    value::{day_text, moment_text},
};

/// The longest list of values that is asked for one after the other.
const MAX_LIST: usize = 20;

/// How much wider a range of `double` is asked for: a backend may have less exact numbers, which look
/// the same in JSON.
const WIDER: f64 = 1e-6;

/// How a split is read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    /// Parameters of every request.
    pub(crate) parameters: Vec<(String, String)>,
    /// A list of values of one column, each asked for by requests of its own.
    pub(crate) list: Option<List>,
    /// Values that rows are compared with here, by the number of their column: many a backend compares
    /// text without case.
    pub(crate) only: Vec<(usize, Value)>,
    /// After so many rows the query has enough.
    pub(crate) limit: Option<u64>,
    /// There is no such row.
    pub(crate) nothing: bool,
    /// Only some columns come, in which rows may be the same.
    pub(crate) projected: bool,
}

/// Values of one column.
#[derive(Debug, PartialEq)]
pub(crate) struct List {
    /// The column's number in the table.
    pub(crate) column: usize,
    /// The parameter.
    pub(crate) parameter: String,
    /// The values and how they are written.
    pub(crate) values: Vec<(Value, String)>,
}

/// How well a condition is met by parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Exactly,
    InPart,
}

/// The plan for `columns` of `table` under `constraints`.
pub(crate) fn plan(
    table: &Table,
    columns: &SchemaRef,
    constraints: &Constraints,
) -> Result<Plan, ProtocolError> {
    let mut plan = Plan::default();
    let predicates = constraints.predicates()?;
    // Conditions of types that are not understood are left to Athena.
    let mut exact = predicates.len() == constraints.summary.len();
    for (name, predicate) in &predicates {
        let found = table.columns.iter().position(|column| column.name == *name);
        let met = match found {
            Some(number) => plan.apply(number, &table.columns[number], predicate),
            None => Met::InPart,
        };
        exact &= met == Met::Exactly;
    }
    plan.project(table, columns);
    let plain = constraints.expression.as_ref().is_none_or(Vec::is_empty)
        && constraints
            .order_by_clause
            .as_ref()
            .is_none_or(Vec::is_empty);
    plan.limit = constraints.row_limit().filter(|_| exact && plain);
    // Where rows are dropped here, the backend's first ones are not enough.
    let all_kept = plan.only.is_empty() && plan.list.is_none();
    if let (Some(limit), Some(parameter)) = (plan.limit.filter(|_| all_kept), &table.limit) {
        plan.add(parameter, limit.to_string());
    }
    Ok(plan)
}

impl Plan {
    fn add(&mut self, parameter: &str, value: String) {
        self.parameters.push((parameter.to_owned(), value));
    }

    fn apply(&mut self, number: usize, column: &Column, predicate: &Predicate) -> Met {
        if predicate.null_allowed {
            // Parameters would exclude rows without a value.
            return match predicate.values {
                Values::All => Met::Exactly,
                _ => Met::InPart,
            };
        }
        if let Some(values) = predicate.list() {
            if values.is_empty() {
                self.nothing = true;
                return Met::Exactly;
            }
            if let Some(met) = self.equal(number, column, &values) {
                return met;
            }
        }
        match &predicate.values {
            Values::Ranges(ranges) => {
                let met = self.between(column, predicate.hull());
                if ranges.len() == 1 { met } else { Met::InPart }
            }
            _ => Met::InPart,
        }
    }

    /// Asks for values by their parameter; `None` when there is none for them.
    fn equal(&mut self, number: usize, column: &Column, values: &[&Value]) -> Option<Met> {
        let parameter = column.filter.equals.as_ref()?;
        let texts: Option<Vec<_>> = values.iter().map(|value| exact_text(value)).collect();
        match (values, texts?.as_slice()) {
            ([value], [text]) => {
                self.add(parameter, text.clone());
                if let Value::Text(_) = value {
                    self.only.push((number, (*value).clone()));
                }
                Some(Met::Exactly)
            }
            (values, texts) if values.len() <= MAX_LIST && self.list.is_none() => {
                let values = values.iter().map(|value| (*value).clone());
                self.list = Some(List {
                    column: number,
                    parameter: parameter.clone(),
                    values: values.zip(texts.iter().cloned()).collect(),
                });
                Some(Met::Exactly)
            }
            _ => None,
        }
    }

    /// Asks for a range by `from` (or greater) and `to` (smaller).
    fn between(&mut self, column: &Column, (low, high): (Bound<&Value>, Bound<&Value>)) -> Met {
        if (low, high) == (Bound::Unbounded, Bound::Unbounded) {
            // `IS NOT NULL`: there is no parameter for it.
            return Met::InPart;
        }
        let low = ended(low).map(|(value, included)| low_text(value, included));
        let high = ended(high).map(|(value, included)| high_text(value, included));
        let mut met = Met::Exactly;
        for (end, parameter) in [(low, &column.filter.from), (high, &column.filter.to)] {
            match (end, parameter) {
                (None, _) => {}
                (Some(Some((text, as_good))), Some(parameter)) => {
                    self.add(parameter, text);
                    met = if as_good { met } else { Met::InPart };
                }
                _ => met = Met::InPart,
            }
        }
        met
    }

    /// Asks for the wanted columns only, if all of them have a name in the backend.
    fn project(&mut self, table: &Table, columns: &SchemaRef) {
        let Some(parameter) = &table.projection else {
            return;
        };
        let mut wanted: Vec<usize> = table.wanted(columns);
        wanted.extend(self.list.as_ref().map(|list| list.column));
        wanted.extend(self.only.iter().map(|(column, _)| *column));
        if wanted.is_empty() {
            // Rows are only counted, but have to come.
            wanted.push(0);
        }
        let members = wanted.iter().map(|number| table.columns[*number].member());
        let Some(mut members) = members.collect::<Option<Vec<_>>>() else {
            return;
        };
        members.sort_unstable();
        members.dedup();
        self.add(parameter, members.join(","));
        self.projected = true;
    }
}

/// How a parameter for one value is written; `None` for types whose values in the backend may be
/// more exact than what is read of them, so that asking for one would miss rows.
fn exact_text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Date(day) => day_text(*day),
        _ => None,
    }
}

/// The value of an end and whether the range has it in.
fn ended(end: Bound<&Value>) -> Option<(&Value, bool)> {
    match end {
        Bound::Unbounded => None,
        Bound::Included(value) => Some((value, true)),
        Bound::Excluded(value) => Some((value, false)),
    }
}

/// How a lower end is written, and whether all rows from there on are wanted. Text has none: backends
/// order it by rules of their own.
fn low_text(value: &Value, included: bool) -> Option<(String, bool)> {
    let after = i32::from(!included);
    match value {
        Value::Int(number) => Some((number.checked_add(after.into())?.to_string(), true)),
        Value::Date(day) => Some((day_text(day.checked_add(after)?)?, true)),
        // Whole seconds: not every backend reads fractions, and some compare times as text.
        Value::Timestamp(millis) => {
            let second = whole_second(*millis)?;
            Some((moment_text(second)?, included && second == *millis))
        }
        Value::Double(number) => Some((finite(number - number.abs() * WIDER)?, false)),
        _ => None,
    }
}

/// How an upper end is written, which the backend leaves out, and whether all rows before it are
/// wanted.
fn high_text(value: &Value, included: bool) -> Option<(String, bool)> {
    let after = i32::from(included);
    match value {
        Value::Int(number) => Some((number.checked_add(after.into())?.to_string(), true)),
        Value::Date(day) => Some((day_text(day.checked_add(after)?)?, true)),
        Value::Timestamp(millis) => {
            let second = whole_second(*millis)?;
            if !included && second == *millis {
                return Some((moment_text(second)?, true));
            }
            Some((moment_text(second.checked_add(1_000)?)?, false))
        }
        Value::Double(number) => {
            let wider = number + number.abs() * WIDER;
            Some((finite(wider.max(number.next_up()))?, false))
        }
        _ => None,
    }
}

/// The second that `millis` is in; `None` before all that milliseconds can count.
fn whole_second(millis: i64) -> Option<i64> {
    millis.div_euclid(1_000).checked_mul(1_000)
}

/// How a number is written that a backend can read.
fn finite(number: f64) -> Option<String> {
    number.is_finite().then(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use athena_federation::{
        SerDe, message::Expression, message::TableName, predicate::ValueRange,
    };
    use backend::Secrets;
    use serde_json::json;

    use super::*;
    use crate::tables::Tables;

    fn tables() -> Tables {
        let backend = json!({"tables": {"orders": {
            "feed": {"path": "/orders"},
            "columns": {
                "day": {"type": "date", "filter": {"from": "day_from", "to": "day_to"}},
                "id": {"type": "varchar", "filter": {"equals": "id", "from": "id_from"}},
                "lines": {"type": "bigint", "filter": {"equals": "n", "from": "n_from", "to": "n_to"}},
                "net": {"type": "double", "from": "sum(lines[].price)"},
                "placed": {"type": "timestamp", "from": "times.placed",
                           "filter": {"equals": "at", "from": "at_from", "to": "at_to"}},
                "status": {"type": "varchar", "filter": {"equals": "status"}},
                "total": {"type": "double", "filter": {"equals": "total", "from": "t_from", "to": "t_to"}},
            },
            "projection": {"parameter": "columns"},
            "limit": {"parameter": "most"},
        }}});
        let backend = serde_json::from_value(backend).unwrap();
        Tables::new(Some(&backend), "http://127.0.0.1:9", &Secrets::None).unwrap()
    }

    fn constraints(conditions: Vec<(&str, Values, bool)>, limit: i64) -> Constraints {
        let tables = tables();
        let schema = tables
            .get(&TableName::new("shop", "orders"))
            .unwrap()
            .schema();
        let summary = conditions.into_iter().map(|(name, values, null_allowed)| {
            let data_type = schema.field_with_name(name).unwrap().data_type();
            let predicate = Predicate {
                values,
                null_allowed,
            };
            let set = predicate
                .to_value_set(data_type, SerDe::V5)
                .unwrap()
                .unwrap();
            (name.to_owned(), set)
        });
        Constraints {
            summary: summary.collect(),
            limit: Some(limit),
            ..Constraints::default()
        }
    }

    fn planned(columns: &[usize], constraints: &Constraints) -> Plan {
        let tables = tables();
        let table = tables.get(&TableName::new("shop", "orders")).unwrap();
        let columns = SchemaRef::new(table.schema().project(columns).unwrap());
        plan(table, &columns, constraints).unwrap()
    }

    /// The parameters for one condition, without the columns, and whether a limit of 5 is handed on.
    fn asked(name: &str, values: Values, null_allowed: bool) -> (Vec<String>, bool) {
        let plan = planned(&[0], &constraints(vec![(name, values, null_allowed)], 5));
        let limited = plan.limit == Some(5);
        let asked = plan.parameters.iter().any(|(name, _)| name == "most");
        assert_eq!(asked, limited && plan.only.is_empty());
        let others = plan.parameters.into_iter();
        let others = others.filter(|(name, _)| name != "most" && name != "columns");
        (
            others
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
            limited,
        )
    }

    fn range(low: Bound<Value>, high: Bound<Value>) -> Values {
        Values::Ranges(vec![ValueRange { low, high }])
    }

    fn only(value: Value) -> Values {
        Values::Ranges(vec![ValueRange::only(value)])
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn one_value_is_asked_for_where_the_backend_has_it_as_exact() {
        let exactly = |text: &str| (vec![text.to_owned()], true);
        assert_eq!(
            asked("status", only(text("paid & done")), false),
            exactly("status=paid & done")
        );
        assert_eq!(asked("lines", only(Value::Int(3)), false), exactly("n=3"));
        // A moment of the backend may have microseconds, which are cut off here.
        let moment = only(Value::Timestamp(1_796_081_400_000));
        let expected = ["at_from=2026-11-30T23:30:00Z", "at_to=2026-11-30T23:30:01Z"];
        assert_eq!(
            asked("placed", moment, false),
            (expected.map(str::to_owned).into(), false)
        );
        let since = range(
            Bound::Included(Value::Timestamp(1_796_081_400_000)),
            Bound::Unbounded,
        );
        assert_eq!(asked("placed", since, false), exactly(expected[0]));
        let until = range(
            Bound::Unbounded,
            Bound::Excluded(Value::Timestamp(1_796_081_400_500)),
        );
        assert_eq!(
            asked("placed", until, false),
            (vec![expected[1].to_owned()], false)
        );
    }

    #[test]
    fn ranges_are_from_and_to() {
        let (days, limited) = asked(
            "day",
            range(
                Bound::Excluded(Value::Date(20_786)),
                Bound::Included(Value::Date(20_790)),
            ),
            false,
        );
        assert_eq!(
            (days, limited),
            (
                vec!["day_from=2026-11-30".into(), "day_to=2026-12-04".into()],
                true
            )
        );
        let open = range(Bound::Unbounded, Bound::Excluded(Value::Int(9)));
        assert_eq!(asked("lines", open, false), (vec!["n_to=9".into()], true));
        // Numbers that may be less exact in the backend are asked for with a margin, and Athena filters.
        let (parameters, limited) = asked(
            "total",
            range(
                Bound::Included(Value::Double(10.0)),
                Bound::Included(Value::Double(0.0)),
            ),
            false,
        );
        assert_eq!(parameters[0], "t_from=9.99999");
        assert!(
            parameters[1].starts_with("t_to=0.000") && !limited,
            "{parameters:?}"
        );
        // Where the backend has no parameter for an end, more comes.
        let text_range = range(Bound::Included(text("a")), Bound::Unbounded);
        assert_eq!(asked("id", text_range, false), (Vec::new(), false));
    }

    #[test]
    fn ends_that_no_backend_can_be_asked_for_are_left_to_athena() {
        let ends = [
            ("placed", Value::Timestamp(i64::MIN)),
            ("placed", Value::Timestamp(i64::MAX)),
            ("day", Value::Date(i32::MIN)),
            ("day", Value::Date(i32::MAX)),
            ("lines", Value::Int(i64::MAX)),
            ("total", Value::Double(f64::INFINITY)),
            ("total", Value::Double(f64::NEG_INFINITY)),
            ("total", Value::Double(f64::NAN)),
            ("total", Value::Double(f64::MAX)),
        ];
        for (column, end) in ends {
            let above = range(Bound::Excluded(end.clone()), Bound::Unbounded);
            let below = range(Bound::Unbounded, Bound::Included(end.clone()));
            let (above, below) = (asked(column, above, false), asked(column, below, false));
            assert!(!above.1 || !below.1, "{end:?}");
            assert!(above.0.is_empty() || below.0.is_empty(), "{end:?}");
        }
    }

    #[test]
    fn several_ranges_are_asked_for_as_the_one_around_them() {
        let ranges = Values::Ranges(vec![
            ValueRange::only(Value::Date(20_786)),
            ValueRange {
                low: Bound::Included(Value::Date(20_790)),
                high: Bound::Unbounded,
            },
        ]);
        assert_eq!(
            asked("day", ranges, false),
            (vec!["day_from=2026-11-29".into()], false)
        );
    }

    #[test]
    fn a_list_is_asked_for_value_by_value() {
        let list = Values::In(vec![text("a"), text("b")]);
        let plan = planned(&[0], &constraints(vec![("status", list, false)], 5));
        let asked = plan.list.unwrap();
        assert_eq!((asked.column, asked.parameter.as_str()), (5, "status"));
        let texts: Vec<_> = asked.values.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["a", "b"]);
        // The column comes along, to be compared here.
        assert!(
            plan.parameters
                .contains(&("columns".into(), "day,status".into()))
        );
        let long = (0..50).map(|n| Value::Int(2 * n)).collect();
        let plan = planned(
            &[0],
            &constraints(vec![("lines", Values::In(long), false)], 5),
        );
        assert_eq!((plan.list, plan.limit), (None, None));
    }

    #[test]
    fn what_the_backend_cannot_say_is_left_to_athena() {
        assert_eq!(
            asked("status", only(text("paid")), true),
            (Vec::new(), false)
        );
        assert_eq!(asked("status", Values::All, false), (Vec::new(), false));
        assert_eq!(
            asked("status", Values::NotIn(vec![text("a")]), false),
            (Vec::new(), false)
        );
        assert_eq!(
            asked("net", only(Value::Double(1.0)), false),
            (Vec::new(), false)
        );
        assert_eq!(asked("status", Values::All, true), (Vec::new(), true));
        assert!(planned(&[0], &constraints(vec![("status", Values::None, false)], 5)).nothing);
    }

    #[test]
    fn rows_with_any_value_are_asked_for_by_no_parameter_and_no_limit() {
        let any = || range(Bound::Unbounded, Bound::Unbounded);
        for column in ["status", "day", "lines", "total"] {
            assert_eq!(asked(column, any(), false), (Vec::new(), false), "{column}");
        }
        let both = vec![
            ("lines", any(), false),
            ("status", only(text("paid")), false),
        ];
        assert_eq!(planned(&[0], &constraints(both, 5)).limit, None);
    }

    #[test]
    fn a_value_that_comes_twice_is_asked_for_once() {
        let texts = |values| {
            let plan = planned(&[0], &constraints(vec![("status", values, false)], 5));
            let values = plan.list.map(|list| list.values).unwrap_or_default();
            values.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
        };
        let ones = ["b", "a", "b"].map(|one| ValueRange::only(text(one)));
        assert_eq!(texts(Values::Ranges(ones.into())), ["a", "b"]);
        assert_eq!(
            texts(Values::In(["b", "a", "b"].map(text).into())),
            ["a", "b"]
        );
        let same = Values::In(vec![text("a"), text("a")]);
        assert_eq!(
            asked("status", same, false),
            (vec!["status=a".into()], true)
        );
    }

    #[test]
    fn a_limit_goes_with_nothing_that_athena_still_applies() {
        let mut ordered = constraints(Vec::new(), 5);
        assert_eq!(planned(&[0], &ordered).limit, Some(5));
        ordered.expression = Some(vec![Expression::Variable {
            column_name: "day".into(),
            r#type: athena_federation::message::ArrowType::Bool,
        }]);
        assert_eq!(planned(&[0], &ordered).limit, None);
        assert_eq!(planned(&[0], &constraints(Vec::new(), -1)).limit, None);
    }

    #[test]
    fn columns_are_named_as_the_backend_names_them() {
        let columns = |wanted: &[usize]| {
            let plan = planned(wanted, &constraints(Vec::new(), -1));
            let found = plan
                .parameters
                .into_iter()
                .find(|(name, _)| name == "columns");
            found.map(|(_, value)| value)
        };
        assert_eq!(columns(&[1, 4]).as_deref(), Some("id,times"));
        assert_eq!(columns(&[]).as_deref(), Some("day"));
        // A computed column needs members that are not known here.
        assert_eq!(columns(&[1, 3]), None);
    }
}
