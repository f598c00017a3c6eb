//! Functions of Trino that the engine lacks or has otherwise.

mod cast;
mod json;
mod time;

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::{Result, plan_err},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
    prelude::SessionContext,
    scalar::ScalarValue,
};

/// A function of columns, row by row.
#[derive(Clone)]
struct Scalar {
    name: &'static str,
    /// Fewest and most arguments.
    arguments: (usize, usize),
    /// The type of the result, by those of the arguments.
    returns: fn(&[DataType]) -> Result<DataType>,
    /// All rows at once; arguments are as long as each other.
    evaluate: fn(&[ArrayRef]) -> Result<ArrayRef>,
}

/// As the engine has functions.
#[derive(Debug, Clone)]
struct Function {
    scalar: Scalar,
    signature: Signature,
}

impl fmt::Debug for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.scalar.name == other.scalar.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.scalar.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.scalar.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        let (fewest, most) = self.scalar.arguments;
        if types.len() < fewest || types.len() > most {
            return plan_err!(
                "Unexpected number of arguments for function {}: expected {fewest} to {most}, found {}",
                self.scalar.name,
                types.len()
            );
        }
        (self.scalar.returns)(types)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = arguments
            .args
            .iter()
            .all(|argument| matches!(argument, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { arguments.number_rows };
        let columns: Result<Vec<ArrayRef>> = arguments
            .args
            .into_iter()
            .map(|argument| argument.into_array(rows))
            .collect();
        let result = (self.scalar.evaluate)(&columns?)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                &result, 0,
            )?));
        }
        Ok(ColumnarValue::Array(result))
    }
}

/// Makes the functions known to a session.
pub(crate) fn register(session: &SessionContext) {
    let all = [cast::FUNCTIONS, json::FUNCTIONS, time::FUNCTIONS];
    for scalar in all.into_iter().flatten() {
        session.register_udf(ScalarUDF::from(Function {
            scalar: scalar.clone(),
            signature: Signature::variadic_any(Volatility::Immutable),
        }));
    }
}
