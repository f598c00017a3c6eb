//! Statements that define or show what is in a catalog.

use std::collections::BTreeMap;

use datafusion::sql::sqlparser::ast::{
    ColumnDef, ColumnOption, CommentDef, CreateTable, CreateTableOptions, HiveDistributionStyle,
    ObjectName, ObjectType, SchemaName, ShowStatementFilter, ShowStatementFilterPosition,
    ShowStatementOptions, Statement,
};

use super::{
    hive_type,
    serde::{format, properties_of},
};
use crate::resources::{Column, Table};

/// A statement that is no query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Definition {
    /// `CREATE EXTERNAL TABLE`.
    CreateTable {
        /// Its name, with or without the database.
        name: ObjectName,
        /// Whether one that is there is good as well.
        if_not_exists: bool,
        /// What is created.
        table: Table,
    },
    /// `CREATE DATABASE`, `CREATE SCHEMA`.
    CreateDatabase {
        /// Its name.
        name: ObjectName,
        /// Whether one that is there is good as well.
        if_not_exists: bool,
    },
    /// `DROP TABLE`.
    DropTable {
        /// Which.
        name: ObjectName,
        /// Whether none is good as well.
        if_exists: bool,
    },
    /// `DROP DATABASE`, `DROP SCHEMA`.
    DropDatabase {
        /// Which.
        name: ObjectName,
        /// Whether none is good as well.
        if_exists: bool,
        /// Whether its tables go with it.
        cascade: bool,
    },
    /// `SHOW TABLES`.
    ShowTables {
        /// Of which database, if not the context's.
        database: Option<ObjectName>,
        /// Only those whose names match, `*` for anything.
        pattern: Option<String>,
    },
    /// `SHOW DATABASES`, `SHOW SCHEMAS`.
    ShowDatabases {
        /// Only those whose names match, `*` for anything.
        pattern: Option<String>,
    },
    /// `SHOW COLUMNS`, `DESCRIBE`.
    Describe {
        /// Of which table.
        name: ObjectName,
        /// Whether types are shown too.
        types: bool,
    },
    /// `MSCK REPAIR TABLE`.
    Repair {
        /// Which table.
        name: ObjectName,
    },
}

impl Definition {
    /// Takes from a tree what counts.
    ///
    /// # Errors
    /// In words, for statements and clauses that are not supported.
    pub(crate) fn new(statement: Statement) -> Result<Self, String> {
        match statement {
            Statement::CreateTable(create) => create_table(create),
            Statement::CreateDatabase {
                db_name,
                if_not_exists,
                ..
            } => Ok(Self::CreateDatabase {
                name: db_name,
                if_not_exists,
            }),
            Statement::CreateSchema {
                schema_name: SchemaName::Simple(name),
                if_not_exists,
                ..
            } => Ok(Self::CreateDatabase {
                name,
                if_not_exists,
            }),
            Statement::Drop {
                object_type,
                if_exists,
                mut names,
                cascade,
                ..
            } if names.len() == 1 => drop_one(object_type, names.remove(0), if_exists, cascade),
            Statement::ShowTables { show_options, .. } => Ok(Self::ShowTables {
                pattern: pattern(&show_options)?,
                database: parent(show_options),
            }),
            Statement::ShowDatabases { show_options, .. }
            | Statement::ShowSchemas { show_options, .. } => Ok(Self::ShowDatabases {
                pattern: pattern(&show_options)?,
            }),
            Statement::ShowColumns { show_options, .. } => match parent(show_options) {
                Some(name) => Ok(Self::Describe { name, types: false }),
                None => Err("SHOW COLUMNS needs a table: SHOW COLUMNS IN <table>".to_owned()),
            },
            Statement::ExplainTable { table_name, .. } => Ok(Self::Describe {
                name: table_name,
                types: true,
            }),
            Statement::Msck(msck) => Ok(Self::Repair {
                name: msck.table_name,
            }),
            _ => Err("Queries of this type are not supported".to_owned()),
        }
    }

    /// What Athena calls such a statement: a definition, or a look at one.
    #[must_use]
    pub(crate) fn statement_type(&self) -> &'static str {
        match self {
            Self::ShowTables { .. } | Self::ShowDatabases { .. } | Self::Describe { .. } => {
                "UTILITY"
            }
            _ => "DDL",
        }
    }

    /// What Athena calls it more exactly.
    #[must_use]
    pub(crate) fn substatement_type(&self) -> &'static str {
        match self {
            Self::CreateTable { .. } => "CREATE_TABLE",
            Self::CreateDatabase { .. } => "CREATE_DATABASE",
            Self::DropTable { .. } => "DROP_TABLE",
            Self::DropDatabase { .. } => "DROP_DATABASE",
            Self::ShowTables { .. } => "SHOW_TABLES",
            Self::ShowDatabases { .. } => "SHOW_DATABASES",
            Self::Describe { types: true, .. } => "DESCRIBE_TABLE",
            Self::Describe { types: false, .. } => "SHOW_COLUMNS",
            Self::Repair { .. } => "MSCK",
        }
    }
}

fn drop_one(
    object_type: ObjectType,
    name: ObjectName,
    if_exists: bool,
    cascade: bool,
) -> Result<Definition, String> {
    match object_type {
        ObjectType::Table => Ok(Definition::DropTable { name, if_exists }),
        ObjectType::Database | ObjectType::Schema => Ok(Definition::DropDatabase {
            name,
            if_exists,
            cascade,
        }),
        _ => Err("Queries of this type are not supported".to_owned()),
    }
}

fn parent(options: ShowStatementOptions) -> Option<ObjectName> {
    options.show_in.and_then(|show_in| show_in.parent_name)
}

fn pattern(options: &ShowStatementOptions) -> Result<Option<String>, String> {
    let filter = match &options.filter_position {
        None => return Ok(None),
        Some(
            ShowStatementFilterPosition::Infix(filter)
            | ShowStatementFilterPosition::Suffix(filter),
        ) => filter,
    };
    match filter {
        // Trino's way with `%`, and Hive's with `*`.
        ShowStatementFilter::Like(pattern) => Ok(Some(pattern.replace('%', "*"))),
        ShowStatementFilter::NoKeyword(pattern) => Ok(Some(pattern.clone())),
        _ => Err("SHOW takes LIKE '<pattern>' only".to_owned()),
    }
}

fn create_table(create: CreateTable) -> Result<Definition, String> {
    if create.query.is_some() {
        return Err("CREATE TABLE AS is not supported here: write a SELECT, and create the table over its result".to_owned());
    }
    if !create.external {
        return Err("Only CREATE EXTERNAL TABLE is supported".to_owned());
    }
    let formats = create.hive_formats.unwrap_or_default();
    let location = formats.location.clone().or(create.location);
    let location = location.unwrap_or_default();
    if !location.starts_with("s3://") {
        return Err(format!(
            "The location of a table must be like s3://bucket/prefix/, and is '{location}'"
        ));
    }
    let mut parameters = match create.table_options {
        CreateTableOptions::TableProperties(properties) => properties_of(&properties),
        _ => BTreeMap::new(),
    };
    let format = format(&formats, create.file_format, &parameters)?;
    parameters.insert("EXTERNAL".to_owned(), "TRUE".to_owned());
    let partition_keys = match &create.hive_distribution {
        HiveDistributionStyle::PARTITIONED { columns } => columns.iter().map(column).collect(),
        _ => Ok(Vec::new()),
    };
    let table = Table {
        columns: create
            .columns
            .iter()
            .map(column)
            .collect::<Result<_, String>>()?,
        partition_keys: partition_keys?,
        location,
        format,
        parameters,
        comment: create.comment.map(|comment| match comment {
            CommentDef::WithEq(text) | CommentDef::WithoutEq(text) => text,
        }),
        created: 0.0,
    };
    Ok(Definition::CreateTable {
        name: create.name,
        if_not_exists: create.if_not_exists,
        table,
    })
}

fn column(column: &ColumnDef) -> Result<Column, String> {
    let data_type = column.data_type.to_string().to_lowercase();
    hive_type::parse(&data_type)?;
    let comment = column.options.iter().find_map(|one| match &one.option {
        ColumnOption::Comment(text) => Some(text.clone()),
        _ => None,
    });
    Ok(Column {
        name: column.name.value.to_lowercase(),
        data_type,
        comment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        resources::{Format, TextFormat},
        sql::parse::{Parsed, parse},
    };

    fn definition(text: &str) -> Result<Definition, String> {
        match parse(text, &[])? {
            Parsed::Definition(definition) => Ok(*definition),
            other => Err(format!("{other:?}")),
        }
    }

    fn table(text: &str) -> Table {
        match definition(text).unwrap() {
            Definition::CreateTable { table, .. } => table,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tables_of_all_serdes_are_understood() {
        let csv = table(
            "CREATE EXTERNAL TABLE IF NOT EXISTS `shop`.`orders` (`order_id` string COMMENT 'the id', `Total` double)
             PARTITIONED BY (dt string)
             ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
             WITH SERDEPROPERTIES ('separatorChar' = ';', 'escapeChar' = '\\\\')
             STORED AS TEXTFILE LOCATION 's3://data/orders/'
             TBLPROPERTIES ('skip.header.line.count' = '1')",
        );
        assert_eq!(csv.columns[1].name, "total");
        assert_eq!(csv.columns[0].comment.as_deref(), Some("the id"));
        assert_eq!(csv.partition_keys[0].name, "dt");
        let Format::Text(text) = csv.format else {
            panic!("{:?}", csv.format);
        };
        assert_eq!((text.delimiter, text.skip_lines), (b';', 1));
        assert_eq!((text.quote, text.escape), (Some(b'"'), Some(b'\\')));
        let delimited = table(
            "CREATE EXTERNAL TABLE t (a int, b array<string>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' LOCATION 's3://data/t'",
        );
        assert!(matches!(
            delimited.format,
            Format::Text(TextFormat {
                delimiter: b'\t',
                quote: None,
                ..
            })
        ));
        let json = table(
            "CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://data/t'",
        );
        assert_eq!(json.format, Format::Json);
        let parquet = table(
            "CREATE EXTERNAL TABLE t (a decimal(10,2)) STORED AS PARQUET LOCATION 's3://data/t'",
        );
        assert_eq!(parquet.format, Format::Parquet);
    }

    #[test]
    fn other_statements_are_understood_or_refused() {
        for (text, expected) in [
            ("CREATE DATABASE IF NOT EXISTS shop", "CREATE_DATABASE"),
            ("CREATE SCHEMA shop", "CREATE_DATABASE"),
            ("DROP TABLE IF EXISTS shop.orders", "DROP_TABLE"),
            ("DROP DATABASE shop CASCADE", "DROP_DATABASE"),
            ("SHOW TABLES IN shop", "SHOW_TABLES"),
            ("SHOW DATABASES", "SHOW_DATABASES"),
            ("SHOW SCHEMAS", "SHOW_DATABASES"),
            ("SHOW COLUMNS IN orders", "SHOW_COLUMNS"),
            ("DESCRIBE orders", "DESCRIBE_TABLE"),
            ("MSCK REPAIR TABLE orders", "MSCK"),
        ] {
            assert_eq!(
                definition(text).unwrap().substatement_type(),
                expected,
                "{text}"
            );
        }
        for (text, says) in [
            ("CREATE TABLE t (a int)", "EXTERNAL"),
            ("CREATE EXTERNAL TABLE t (a int) LOCATION 'data/t'", "s3://"),
            (
                "CREATE EXTERNAL TABLE t (a int) STORED AS ORC LOCATION 's3://data/t'",
                "ORC",
            ),
            ("DELETE FROM t", "not supported"),
        ] {
            let refused = definition(text).unwrap_err();
            assert!(refused.contains(says), "{text}: {refused}");
        }
    }
}
