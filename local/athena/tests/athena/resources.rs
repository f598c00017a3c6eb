//! Workgroups, catalogs, saved queries, prepared statements; and what a restart keeps.

use crate::support::{Result, reason, start, start_with, state};
use aws_sdk_athena::types::{
    DataCatalogType, QueryExecutionState, ResultConfigurationUpdates,
    WorkGroupConfigurationUpdates, WorkGroupState,
};

#[tokio::test(flavor = "multi_thread")]
async fn work_groups_are_made_changed_and_deleted() -> Result<()> {
    let setup = start().await?;
    let athena = &setup.athena;
    athena
        .create_work_group()
        .name("exports")
        .description("for exports")
        .send()
        .await?;
    assert!(
        athena
            .create_work_group()
            .name("exports")
            .send()
            .await
            .is_err()
    );
    let updates = WorkGroupConfigurationUpdates::builder()
        .bytes_scanned_cutoff_per_query(50_000_000)
        .result_configuration_updates(
            ResultConfigurationUpdates::builder()
                .output_location("s3://results/exports/")
                .build(),
        );
    let update = athena.update_work_group().work_group("exports");
    update.configuration_updates(updates.build()).send().await?;
    let group = athena
        .get_work_group()
        .work_group("exports")
        .send()
        .await?
        .work_group
        .unwrap();
    let configuration = group.configuration().unwrap();
    assert_eq!(
        configuration.bytes_scanned_cutoff_per_query(),
        Some(50_000_000)
    );
    let started = athena
        .start_query_execution()
        .query_string("SELECT 1")
        .work_group("exports");
    let id = started.send().await?.query_execution_id.unwrap();
    let execution = setup.ended(&id).await?;
    assert_eq!(
        state(&execution),
        QueryExecutionState::Succeeded,
        "{}",
        reason(&execution)
    );
    assert_eq!(
        setup.s3.text(&format!("s3://results/exports/{id}.csv")),
        "\"_col0\"\n\"1\"\n"
    );
    let groups = athena.list_work_groups().send().await?;
    let names: Vec<_> = groups
        .work_groups()
        .iter()
        .filter_map(|one| one.name())
        .collect();
    assert_eq!(names, ["exports", "primary"]);
    let disable = athena.update_work_group().work_group("exports");
    disable.state(WorkGroupState::Disabled).send().await?;
    let refused = athena
        .start_query_execution()
        .query_string("SELECT 1")
        .work_group("exports");
    assert!(format!("{:?}", refused.send().await.unwrap_err()).contains("disabled"));
    assert!(
        athena
            .delete_work_group()
            .work_group("exports")
            .send()
            .await
            .is_err()
    );
    let delete = athena.delete_work_group().work_group("exports");
    delete.recursive_delete_option(true).send().await?;
    assert!(
        athena
            .get_work_group()
            .work_group("exports")
            .send()
            .await
            .is_err()
    );
    assert!(
        athena
            .delete_work_group()
            .work_group("primary")
            .send()
            .await
            .is_err()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn catalogs_and_saved_queries_are_made_changed_and_deleted() -> Result<()> {
    let setup = start().await?;
    let athena = &setup.athena;
    let catalog = || {
        athena
            .create_data_catalog()
            .name("backend")
            .r#type(DataCatalogType::Lambda)
    };
    assert!(catalog().send().await.is_err());
    catalog().parameters("function", "connector").send().await?;
    assert!(
        catalog()
            .parameters("function", "connector")
            .send()
            .await
            .is_err()
    );
    let listed = athena.list_data_catalogs().send().await?;
    let names: Vec<_> = listed
        .data_catalogs_summary()
        .iter()
        .filter_map(|one| one.catalog_name())
        .collect();
    assert_eq!(names, ["AwsDataCatalog", "backend"]);
    let update = athena
        .update_data_catalog()
        .name("backend")
        .r#type(DataCatalogType::Lambda);
    update.parameters("function", "other").send().await?;
    let got = athena
        .get_data_catalog()
        .name("Backend")
        .send()
        .await?
        .data_catalog
        .unwrap();
    assert_eq!(got.parameters().unwrap()["function"], "other");
    athena.delete_data_catalog().name("backend").send().await?;
    assert!(
        athena
            .get_data_catalog()
            .name("backend")
            .send()
            .await
            .is_err()
    );

    let saved = athena.create_named_query().name("one").database("default");
    let id = saved
        .query_string("SELECT 1")
        .send()
        .await?
        .named_query_id
        .unwrap();
    let update = athena.update_named_query().named_query_id(&id).name("uno");
    update.query_string("SELECT 2").send().await?;
    let batch = athena
        .batch_get_named_query()
        .named_query_ids(&id)
        .named_query_ids("no");
    let batch = batch.send().await?;
    assert_eq!(batch.named_queries()[0].query_string(), "SELECT 2");
    assert_eq!(batch.unprocessed_named_query_ids().len(), 1);
    assert_eq!(
        athena.list_named_queries().send().await?.named_query_ids(),
        std::slice::from_ref(&id)
    );
    athena
        .delete_named_query()
        .named_query_id(&id)
        .send()
        .await?;
    assert!(
        athena
            .get_named_query()
            .named_query_id(&id)
            .send()
            .await
            .is_err()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prepared_statements_are_run() -> Result<()> {
    let setup = start().await?;
    let athena = &setup.athena;
    let create = athena
        .create_prepared_statement()
        .statement_name("twice")
        .work_group("primary");
    create
        .query_statement("SELECT x * 2 AS n FROM (VALUES (1), (2), (3)) AS t (x) WHERE x > ?")
        .send()
        .await?;
    assert_eq!(setup.rows("EXECUTE twice USING 2").await?, ["n", "6"]);
    let missing = setup
        .begin("EXECUTE thrice USING 2", &[])
        .await
        .unwrap_err();
    assert!(
        format!("{missing:?}").contains("ResourceNotFoundException"),
        "{missing:?}"
    );
    let listed = athena
        .list_prepared_statements()
        .work_group("primary")
        .send()
        .await?;
    assert_eq!(
        listed.prepared_statements()[0].statement_name(),
        Some("twice")
    );
    let delete = athena
        .delete_prepared_statement()
        .statement_name("twice")
        .work_group("primary");
    delete.send().await?;
    let get = athena
        .get_prepared_statement()
        .statement_name("twice")
        .work_group("primary");
    let refused = get.send().await.unwrap_err().into_service_error();
    assert!(refused.is_resource_not_found_exception());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_everything_but_running_queries() -> Result<()> {
    let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
    let setup = start_with(Some(directory.clone())).await?;
    setup.rows("CREATE DATABASE shop").await?;
    let done = setup.begin("SELECT 1 AS n", &[]).await?;
    setup.ended(&done).await?;
    let running = setup
        .begin("SELECT * FROM \"lambda:Shop-Connector\".shop.slow", &[])
        .await?;
    while state(&setup.execution(&running).await?) != QueryExecutionState::Running {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    // As after a kill: the directory is copied while the query runs, for its lock is held.
    let copy = directory.with_extension("copy");
    std::fs::create_dir_all(copy.join("queries"))?;
    for name in [
        format!("queries/{done}.json"),
        format!("queries/{running}.json"),
        "estate.json".to_owned(),
    ] {
        std::fs::copy(directory.join(&name), copy.join(&name))?;
    }
    let after = start_with(Some(copy.clone())).await?;
    assert_eq!(after.rows("SHOW DATABASES").await?, ["default", "shop"]);
    assert_eq!(
        state(&after.execution(&done).await?),
        QueryExecutionState::Succeeded
    );
    let failed = after.execution(&running).await?;
    assert_eq!(state(&failed), QueryExecutionState::Failed);
    assert!(reason(&failed).contains("restarted"));
    let ids = after.athena.list_query_executions().send().await?;
    assert_eq!(ids.query_execution_ids()[1..2], [running]);
    for path in [directory, copy] {
        std::fs::remove_dir_all(path)?;
    }
    Ok(())
}
