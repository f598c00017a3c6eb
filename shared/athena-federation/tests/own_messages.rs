//! Writes this crate's own messages for `tests/golden.rs`, and checks that they are still what is
//! written. After a change that is meant: `ATHENA_FEDERATION_WRITE=1 cargo test -p athena-federation`.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{ops::Bound, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal128Array, Float64Array, Int32Array,
    Int64Array, RecordBatch, StringArray,
};
use arrow_schema::DataType;
use athena_federation::{
    Binary, Block, SchemaMessage, SerDe, Value,
    message::{
        ArrowType, Constraints, Direction, EncryptionKey, Expression, FederatedIdentity,
        FunctionName, GetDataSourceCapabilitiesRequest, GetDataSourceCapabilitiesResponse,
        GetSplitsRequest, GetSplitsResponse, GetTableLayoutRequest, GetTableLayoutResponse,
        GetTableRequest, GetTableResponse, ListSchemasRequest, ListSchemasResponse,
        ListTablesRequest, ListTablesResponse, OptimizationSubType, OrderByField, PingRequest,
        PingResponse, ReadRecordsRequest, ReadRecordsResponse, RemoteReadRecordsResponse, Request,
        Response, S3SpillLocation, Split, TableName, UserDefinedFunctionRequest,
        UserDefinedFunctionResponse,
    },
    predicate::{Predicate, ValueRange, Values},
};
use indexmap::IndexMap;

const ANY: SerDe = SerDe::V3;
const CATALOG: &str = "shop";
const QUERY: &str = "query-1";

#[test]
fn what_is_written_has_not_changed() {
    for version in SerDe::ALL {
        let requests = requests().into_iter().map(|request| {
            let request = request.in_version(version).unwrap();
            String::from_utf8(request.to_json().unwrap()).unwrap()
        });
        let responses = responses().into_iter().map(|response| {
            let response = response.in_version(version).unwrap();
            String::from_utf8(response.to_json().unwrap()).unwrap()
        });
        let lines = requests.chain(responses).filter(|line| {
            version >= SerDe::V4 || !line.starts_with(r#"{"@type":"GetDataSourceCapabilities"#)
        });
        let text: String = lines.map(|line| line + "\n").collect();
        let path = format!(
            "{}/tests/messages/v{}.jsonl",
            env!("CARGO_MANIFEST_DIR"),
            version.number()
        );
        if std::env::var_os("ATHENA_FEDERATION_WRITE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "{path}");
    }
}

#[test]
fn a_request_tells_its_version() {
    for version in SerDe::ALL {
        for request in requests() {
            let told = request.clone().in_version(version).unwrap().version();
            match request {
                Request::Ping(_) | Request::ListSchemas(_) | Request::ListTables(_) => {
                    assert_eq!(told, None);
                }
                Request::GetTable(_) => {
                    assert_eq!(told, (version == SerDe::V5).then_some(SerDe::V5));
                }
                Request::GetDataSourceCapabilities(_) => assert_eq!(told, Some(SerDe::V4)),
                Request::UserDefinedFunction(_) => {
                    assert_eq!(told, Some(version.min(SerDe::V3)));
                }
                _ => assert_eq!(told, Some(version)),
            }
        }
    }
}

fn table() -> TableName {
    TableName::new("shop", "orders")
}

fn rows() -> RecordBatch {
    let total = Decimal128Array::from(vec![Some(1_999), None]);
    let columns: [(&str, ArrayRef); 8] = [
        (
            "order_id",
            Arc::new(StringArray::from(vec![Some("a-1"), None])),
        ),
        ("customer", Arc::new(Int64Array::from(vec![Some(7), None]))),
        ("lines", Arc::new(Int32Array::from(vec![Some(2), None]))),
        (
            "weight",
            Arc::new(Float64Array::from(vec![Some(0.25), None])),
        ),
        ("paid", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("day", Arc::new(Date32Array::from(vec![Some(20_786), None]))),
        (
            "ordered_at",
            Arc::new(Date64Array::from(vec![Some(1_795_910_400_000), None])),
        ),
        (
            "total",
            Arc::new(total.with_precision_and_scale(12, 2).unwrap()),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn block() -> Block {
    Block::new(&rows(), ANY).unwrap()
}

fn schema() -> SchemaMessage {
    SchemaMessage::new(rows().schema_ref(), ANY).unwrap()
}

fn partitions() -> Block {
    let column: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    Block::new(
        &RecordBatch::try_from_iter([("partitionId", column)]).unwrap(),
        ANY,
    )
    .unwrap()
}

fn constraints() -> Constraints {
    let set = |data_type: DataType, values, null_allowed| {
        let predicate = Predicate {
            values,
            null_allowed,
        };
        predicate.to_value_set(&data_type, ANY).unwrap().unwrap()
    };
    let since = ValueRange {
        low: Bound::Included(Value::Timestamp(1_795_910_400_000)),
        high: Bound::Unbounded,
    };
    let ids = vec![Value::Text("a-1".into()), Value::Text("a-2".into())];
    let double = ArrowType::of(&DataType::Float64).unwrap();
    let weight: ArrayRef = Arc::new(Float64Array::from(vec![0.5]));
    let heavy = Expression::FunctionCall {
        r#type: ArrowType::Bool,
        function_name: FunctionName {
            function_name: "$greater_than".into(),
        },
        arguments: vec![
            Expression::Variable {
                column_name: "weight".into(),
                r#type: double.clone(),
            },
            Expression::Constant {
                value_block: Block::new(
                    &RecordBatch::try_from_iter([("col1", weight)]).unwrap(),
                    ANY,
                )
                .unwrap(),
                r#type: double,
            },
        ],
    };
    Constraints {
        summary: IndexMap::from([
            (
                "ordered_at".to_owned(),
                set(DataType::Date64, Values::Ranges(vec![since]), false),
            ),
            (
                "order_id".to_owned(),
                set(DataType::Utf8, Values::In(ids), false),
            ),
            ("paid".to_owned(), set(DataType::Boolean, Values::All, true)),
        ]),
        expression: Some(vec![heavy]),
        order_by_clause: Some(vec![OrderByField {
            column_name: "ordered_at".into(),
            direction: Direction::DescNullsLast,
        }]),
        limit: Some(10),
        query_passthrough_arguments: Some(IndexMap::from([("query".into(), "all".into())])),
    }
}

fn split() -> Split {
    Split {
        spill_location: place("spill/query-1/0", true),
        encryption_key: Some(key()),
        properties: IndexMap::from([
            ("shard".to_owned(), "1/4".to_owned()),
            ("after".to_owned(), String::new()),
        ]),
    }
}

fn place(key: &str, directory: bool) -> S3SpillLocation {
    S3SpillLocation {
        bucket: "spilled".into(),
        key: key.into(),
        directory,
    }
}

fn key() -> EncryptionKey {
    EncryptionKey {
        key: Binary(vec![3; 32]),
        nonce: Binary(vec![5; 12]),
    }
}

fn requests() -> Vec<Request> {
    let identity = FederatedIdentity::default();
    let (query_id, catalog_name) = (QUERY.to_owned(), CATALOG.to_owned());
    vec![
        Request::Ping(PingRequest {
            identity: identity.clone(),
            catalog_name: catalog_name.clone(),
            query_id: query_id.clone(),
        }),
        Request::ListSchemas(ListSchemasRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
        }),
        Request::ListTables(ListTablesRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
            schema_name: "shop".into(),
            next_token: None,
            page_size: -1,
        }),
        Request::GetTable(GetTableRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
            table_name: table(),
            query_passthrough_arguments: None,
        }),
        Request::GetTableLayout(GetTableLayoutRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
            table_name: table(),
            constraints: constraints(),
            schema: schema(),
            partition_columns: vec!["day".into()],
        }),
        Request::GetSplits(GetSplitsRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
            table_name: table(),
            partitions: partitions(),
            partition_columns: Vec::new(),
            constraints: constraints(),
            continuation_token: None,
        }),
        Request::GetDataSourceCapabilities(GetDataSourceCapabilitiesRequest {
            identity: identity.clone(),
            query_id: query_id.clone(),
            catalog_name: catalog_name.clone(),
        }),
        Request::ReadRecords(ReadRecordsRequest {
            identity: identity.clone(),
            query_id,
            catalog_name,
            table_name: table(),
            schema: schema(),
            split: split(),
            constraints: constraints(),
            max_block_size: 16_000_000,
            max_inline_block_size: 5_242_880,
        }),
        Request::UserDefinedFunction(UserDefinedFunctionRequest {
            identity,
            input_records: block(),
            output_schema: schema(),
            method_name: "same".into(),
            function_type: "SCALAR".into(),
        }),
    ]
}

fn responses() -> Vec<Response> {
    let catalog_name = CATALOG.to_owned();
    let empty = Block::new(&RecordBatch::new_empty(rows().schema()), ANY).unwrap();
    vec![
        Response::Ping(PingResponse {
            catalog_name: catalog_name.clone(),
            query_id: QUERY.into(),
            source_type: "sample".into(),
            capabilities: 24,
            serde_version: 5,
        }),
        Response::ListSchemas(ListSchemasResponse {
            catalog_name: catalog_name.clone(),
            schemas: vec!["shop".into()],
        }),
        Response::ListTables(ListTablesResponse {
            tables: vec![table()],
            catalog_name: catalog_name.clone(),
            next_token: None,
        }),
        Response::GetTable(GetTableResponse {
            catalog_name: catalog_name.clone(),
            table_name: table(),
            schema: schema(),
            partition_columns: vec!["day".into()],
        }),
        Response::GetTableLayout(GetTableLayoutResponse {
            catalog_name: catalog_name.clone(),
            table_name: table(),
            partitions: partitions(),
        }),
        Response::GetSplits(GetSplitsResponse {
            catalog_name: catalog_name.clone(),
            splits: vec![
                split(),
                Split {
                    encryption_key: None,
                    ..split()
                },
            ],
            continuation_token: Some("1".into()),
        }),
        Response::GetDataSourceCapabilities(GetDataSourceCapabilitiesResponse {
            catalog_name: catalog_name.clone(),
            capabilities: IndexMap::from([(
                "supports_limit_pushdown".to_owned(),
                vec![OptimizationSubType {
                    sub_type: "integer_constant".into(),
                    properties: Vec::new(),
                }],
            )]),
        }),
        Response::ReadRecords(ReadRecordsResponse {
            catalog_name: catalog_name.clone(),
            records: block(),
        }),
        Response::ReadRecords(ReadRecordsResponse {
            catalog_name: catalog_name.clone(),
            records: empty,
        }),
        Response::RemoteReadRecords(RemoteReadRecordsResponse {
            catalog_name,
            schema: schema(),
            remote_blocks: vec![
                place("spill/query-1/0.0", false),
                place("spill/query-1/0.1", false),
            ],
            encryption_key: Some(key()),
        }),
        Response::UserDefinedFunction(UserDefinedFunctionResponse {
            records: block(),
            method_name: "same".into(),
        }),
    ]
}
