//! The messages, member by member in the order in which the reference implementation writes and
//! expects them. Unknown members are ignored, so that a newer other side is understood.

mod arrow_type;
mod constraints;
mod exception;
mod expression;
mod number_text;
mod request;
mod response;
mod split;
mod value_set;

pub use arrow_type::{ArrowType, DateUnit, IntervalUnit, Precision, TimeUnit};
pub use constraints::{Constraints, Direction, NO_LIMIT, OrderByField};
pub use exception::{FunctionException, StackFrame};
pub use expression::{Expression, FunctionName};
pub use request::{
    FederatedIdentity, GetDataSourceCapabilitiesRequest, GetSplitsRequest, GetTableLayoutRequest,
    GetTableRequest, ListSchemasRequest, ListTablesRequest, PingRequest, ReadRecordsRequest,
    Request, UNLIMITED_PAGE, UserDefinedFunctionRequest,
};
pub use response::{
    GetDataSourceCapabilitiesResponse, GetSplitsResponse, GetTableLayoutResponse, GetTableResponse,
    ListSchemasResponse, ListTablesResponse, OptimizationSubType, PingResponse,
    ReadRecordsResponse, RemoteReadRecordsResponse, Response, UserDefinedFunctionResponse,
};
pub use split::{EncryptionKey, S3SpillLocation, Split, TableName};
pub use value_set::{Bound, Marker, Range, ValueSet};
