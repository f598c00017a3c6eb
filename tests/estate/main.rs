//! The command `estate` against `personalize-local`, and nothing else: from nothing to an estate,
//! through changes by hand and in the file, to nothing again.

#![allow(clippy::expect_used, reason = "in a test a panic is the report")]

mod by_hand;
mod command;

use command::{Estate, changes};
use serde_json::json;

/// Exit code of `plan --check` and `diff` when something differs.
const DIFFERS: i32 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_is_made_mended_changed_and_taken_down() {
    let estate = Estate::start("cycle").await;
    let shop = estate.personalize();
    assert_eq!(
        changes(&estate.plan()).len(),
        12,
        "everything but the campaign"
    );

    // From nothing, and then nothing more to do.
    estate.run(&["apply", "--yes"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);
    shop.put_a_campaign_into_service().await;
    assert_eq!(
        changes(&estate.plan()),
        [] as [String; 0],
        "`retrain` makes campaigns too"
    );
    estate.run(&["apply", "--yes"]).succeeds();

    // Five things by hand.
    shop.set_campaign_rate(4).await;
    shop.delete_filter("not-purchased").await;
    shop.set_auto_training("taste", true).await;
    shop.tag("solution/similar", "team", "somebody").await;
    shop.delete_event_tracker().await;
    let by_hand = [
        "create eventTracker shop-events",
        "create filter not-purchased",
        "update campaign taste",
        "update solution similar",
        "update solution taste",
    ];
    let diff = estate.run(&["diff", "--json"]);
    assert_eq!(diff.code, DIFFERS, "{}", diff.said);
    assert_eq!(changes(&diff.json()), by_hand);

    // And some in the file.
    let sound = estate.config();
    estate.declare(
        &sound
            .replace("(\"click\")", "(\"click\", \"view\")")
            .replace("tags: { team: shop }", "tags: { team: shop, stage: test }")
            .replace(
                "# one more column",
                "- { name: COLOR, type: [\"null\", string], categorical: true }",
            )
            .replace("  - name: unused\n    recipe: aws-popularity-count\n", ""),
    );
    let plan = estate.plan();
    let shown = changes(&plan);
    for expected in by_hand.iter().chain(&[
        "replace filter not-clicked",
        "replace schema shop-items",
        "update dataset shop-items",
        "update datasetGroup shop",
        "delete solution unused",
    ]) {
        assert!(
            shown.iter().any(|one| one == expected),
            "{expected}: {shown:?}"
        );
    }
    let marked = plan["plan"]["changes"].as_array().expect("changes");
    let marked = marked.iter().filter(|change| change["by_hand"] == true);
    assert_eq!(marked.count(), by_hand.len(), "{plan:#}");

    // What was shown is done, all the time with a filter in service; then nothing is left to do.
    estate.keep(&plan);
    estate.run(&["apply", "plan.json"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);
    assert_eq!(shop.campaign_rate().await, 1);
    assert!(shop.schema_of_items().await.starts_with("shop-items-"));
    assert_eq!(shop.filters().await.len(), 2);
    let expression = shop
        .expression_in_service(&estate.record_of_filter("not-clicked"))
        .await;
    assert!(expression.contains("view"), "{expression}");

    // Nothing is left but what was there before.
    estate.run(&["teardown", "--yes"]).succeeds();
    assert_eq!(shop.left().await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_declared_is_seen_and_goes_back_too() {
    let estate = Estate::start("undeclared").await;
    let shop = estate.personalize();
    let sound = estate.config();
    estate.declare(&sound.replace(
        "minProvisionedTPS: 1 }",
        "minProvisionedTPS: 1, exploration: { weight: 0.5, itemAgeCutOff: 10 } }",
    ));
    estate.run(&["apply", "--yes"]).succeeds();
    shop.put_a_campaign_into_service().await;
    estate.run(&["apply", "--yes"]).succeeds();
    estate.run(&["apply", "--yes"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);

    // What has left the file goes back to the default, both numbers together.
    estate.declare(&sound);
    assert_eq!(changes(&estate.plan()), ["update campaign taste"]);
    estate.run(&["apply", "--yes"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);

    // What somebody adds to fields that the file is silent about is by hand, and so is what is on its
    // way out.
    shop.explore("0.9", "3").await;
    shop.weigh("similar", "click").await;
    shop.tag("solution/popular", "owner", "somebody").await;
    shop.begin_deleting_the_event_tracker().await;
    let diff = estate.run(&["diff", "--json"]);
    assert_eq!(diff.code, DIFFERS, "{}", diff.said);
    let by_hand = [
        "create eventTracker shop-events",
        "update campaign taste",
        "update solution popular",
        "update solution similar",
    ];
    assert_eq!(changes(&diff.json()), by_hand);
    let plan = estate.plan();
    assert_eq!(changes(&plan), by_hand);
    estate.keep(&plan);
    estate.run(&["apply", "plan.json"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_is_told_and_the_others_are_made() {
    let estate = Estate::start("failing").await;
    let sound = estate.config();
    estate.declare(&sound.replacen("aws-similar-items", "aws-no-such-recipe", 1));
    let failed = estate.run(&["apply", "--yes"]);
    assert_eq!(failed.code, 1, "{}", failed.said);
    let words = "solution similar";
    assert!(failed.said.contains(words), "{}", failed.said);
    estate.declare(&sound);
    assert_eq!(changes(&estate.plan()), ["create solution similar"]);

    // A name that another dataset group has is said before anything is made.
    estate.run(&["teardown", "--yes"]).succeeds();
    estate.personalize().take_the_solution_name("popular").await;
    let refused = estate.run(&["apply", "--yes"]);
    assert_eq!(refused.code, 2, "{}", refused.said);
    let words = "solution `popular`: another dataset group";
    assert!(refused.said.contains(words), "{}", refused.said);
    assert_eq!(
        estate.personalize().filters().await.len(),
        0,
        "nothing was made"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_that_follows_its_solution_is_made_when_that_has_trained() {
    let estate = Estate::start("follows").await;
    let follows = estate
        .config()
        .replace(
            "  - name: taste\n    recipe: aws-user-personalization-v2\n",
            "  - name: taste\n    recipe: aws-user-personalization-v2\n    performAutoTraining: true\n",
        )
        .replace(
            "minProvisionedTPS: 1 }",
            "minProvisionedTPS: 1, syncWithLatestSolutionVersion: true }",
        );
    estate.declare(&follows);
    estate.run(&["apply", "--yes"]).succeeds();
    let shop = estate.personalize();
    shop.train("taste").await;
    assert_eq!(changes(&estate.plan()), ["create campaign taste"]);
    estate.run(&["apply", "--yes"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);
    estate.run(&["teardown", "--yes"]).succeeds();
    assert_eq!(shop.left().await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_no_longer_holds_is_refused_before_anything_is_done() {
    let estate = Estate::start("stale").await;
    let shop = estate.personalize();
    estate.run(&["apply", "--yes"]).succeeds();
    estate.declare(&estate.config().replace("(\"click\")", "(\"view\")"));
    let plan = estate.plan();
    estate.keep(&plan);
    shop.delete_filter("not-purchased").await;
    let refused = estate.run(&["apply", "plan.json"]);
    assert_eq!(refused.code, 2, "{}", refused.said);
    assert!(
        refused.said.contains("create filter `not-purchased`"),
        "{}",
        refused.said
    );
    assert_eq!(shop.filters().await.len(), 1, "nothing was done");

    estate.declare(&estate.config().replace("(\"view\")", "(\"buy\")"));
    let refused = estate.run(&["apply", "plan.json"]);
    assert!(refused.said.contains("make a new plan"), "{}", refused.said);

    let tampered = plan.to_string().replace("not-clicked", "not-purchased");
    estate.write("plan.json", &tampered);
    let refused = estate.run(&["apply", "plan.json"]);
    assert!(
        refused.said.contains("changed after it was made"),
        "{}",
        refused.said
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_in_the_plan_before_anything_is_made() {
    let estate = Estate::start("problems").await;
    let sound = estate.config();
    let many: String = (0..31)
        .map(|n| {
            format!("  - {{ name: f{n}, expression: 'EXCLUDE ItemID WHERE Items.PRICE > {n}' }}\n")
        })
        .collect();
    estate.declare(&sound.replace("filters:\n", &format!("filters:\n{many}")));
    let refused = estate.run(&["apply", "--yes"]);
    assert_eq!(refused.code, 2, "{}", refused.said);
    assert!(refused.said.contains("the quota is 30"), "{}", refused.said);
    assert_eq!(
        estate.personalize().left().await,
        json!({}),
        "nothing was made"
    );

    estate.declare(&sound);
    estate.run(&["apply", "--yes"]).succeeds();
    for (from, to, words) in [
        (
            "recipe: aws-similar-items",
            "recipe: aws-sims",
            "declare a solution of a new name",
        ),
        (
            "- { name: EVENT_TYPE, type: string }",
            "- { name: EVENT_TYPE, type: string }\n        - { name: PLACE, type: [\"null\", string] }",
            "interactions dataset",
        ),
        (
            "{ name: shop-events }",
            "{ name: other-events }",
            "takes only one",
        ),
    ] {
        assert!(sound.contains(from), "{from}");
        estate.declare(&sound.replacen(from, to, 1));
        let refused = estate.run(&["plan"]);
        assert_eq!(refused.code, 2, "{}", refused.said);
        assert!(refused.said.contains(words), "{words}: {}", refused.said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_that_was_made_by_others_is_adopted_without_a_change() {
    let estate = Estate::start("adopt").await;
    estate.run(&["apply", "--yes"]).succeeds();
    // As if somebody else had made it: the records are gone, and the file too.
    std::fs::remove_file(estate.path("records.json")).expect("the records");
    let adopted = estate.run(&["adopt", "shop"]).succeeds();
    estate.declare(&adopted.out);
    let plan = estate.plan();
    let shown = changes(&plan);
    assert_eq!(shown.len(), 12, "{shown:?}");
    assert!(
        shown.iter().all(|one| one.starts_with("adopt ")),
        "{shown:?}"
    );
    estate.run(&["apply", "--yes"]).succeeds();
    assert_eq!(changes(&estate.plan()), [] as [String; 0]);
    // From now on a change by hand is one.
    estate.personalize().delete_filter("not-purchased").await;
    assert_eq!(estate.run(&["diff"]).code, DIFFERS);
}
