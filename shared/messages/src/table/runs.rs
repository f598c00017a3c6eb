//! Runs of campaigns.

use shared::aws::failure;

use super::{MessagesTable, json, key, number, run_pk, text};
use crate::{
    error::MessagesError,
    ledger::{Run, RunState},
    sends::{DAY, KEPT_DAYS},
};

const MAX_RUN: usize = 100;

impl MessagesTable {
    /// Begins a run, if there is none of its id; gives it as it is in the table.
    ///
    /// # Errors
    /// When its id is none, or the table cannot be written.
    pub async fn open_run(&self, run: &Run) -> Result<Run, MessagesError> {
        if !is_run(&run.run) {
            let wrong = "a run's id has 1 to 100 letters, digits, `-`, `_` and `.`";
            return Err(MessagesError::Invalid(wrong));
        }
        let mut item = key(&run_pk(&run.run), "run");
        item.insert("run".to_owned(), json(run));
        item.insert("state".to_owned(), text(run.state.name()));
        let expires_at = run.started_at + i64::from(KEPT_DAYS) * DAY;
        item.insert("expiresAt".to_owned(), number(expires_at));
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await
            .map_err(failure("dynamodb:PutItem"));
        match put {
            Ok(_) => Ok(run.clone()),
            Err(error) if error.condition_failed() => {
                let known = self.run(&run.run).await?;
                known.ok_or_else(|| self.busy("PutItem"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The run `run` as it is now.
    ///
    /// # Errors
    /// When the table cannot be read or holds another shape.
    pub async fn run(&self, run: &str) -> Result<Option<Run>, MessagesError> {
        let Some(item) = self.item(&run_pk(run), "run").await? else {
            return Ok(None);
        };
        let mut run: Run = self.json("run", &item, "run")?;
        let state = self.text("run", &item, "state")?;
        let state = RunState::ALL.into_iter().find(|one| one.name() == state);
        run.state = state.ok_or_else(|| self.shape("run"))?;
        Ok(Some(run))
    }

    /// Changes the state of `run`, if it is one of `from`; gives whether it was.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_state(
        &self,
        run: &str,
        from: &[RunState],
        to: RunState,
    ) -> Result<bool, MessagesError> {
        let names: Vec<String> = (0..from.len()).map(|n| format!(":from{n}")).collect();
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&run_pk(run), "run")))
            .update_expression("SET #state = :to")
            .condition_expression(format!("#state IN ({})", names.join(", ")))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":to", text(to.name()));
        for (name, state) in names.iter().zip(from) {
            request = request.expression_attribute_values(name, text(state.name()));
        }
        self.holds(request).await
    }
}

/// Whether `run` can be one's id.
pub(super) fn is_run(run: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    (1..=MAX_RUN).contains(&run.len()) && run.bytes().all(is_plain)
}
