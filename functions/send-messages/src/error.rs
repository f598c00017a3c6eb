//! Why messages are not sent. No text holds a user's id, a name or an address.

use message_template::TemplateError;
use messages::{MessagesError, links::LinkError};
use shared::{
    aws::AwsError,
    batch::BatchError,
    config::ConfigError,
    environment::MissingVariable,
    experiments::ExperimentsError,
    fault::{Fault, FaultKind},
    lists::ListsError,
    operations::OperationsError,
};

/// Why messages are not sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The template did not set a variable.
    #[error(transparent)]
    Environment(#[from] MissingVariable),
    /// A variable holds something else.
    #[error(
        "the environment variable {0} is no number above 0: deploy the function with template.yaml"
    )]
    Variable(&'static str),
    /// The estate's configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The Operations table did not answer.
    #[error(transparent)]
    Operations(#[from] OperationsError),
    /// The Messages table did not answer.
    #[error(transparent)]
    Messages(#[from] MessagesError),
    /// Some other call failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A table left keys unread.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The lists did not answer.
    #[error(transparent)]
    Lists(#[from] ListsError),
    /// The experiments did not answer.
    #[error(transparent)]
    Experiments(#[from] ExperimentsError),
    /// The template of the campaign cannot be used.
    #[error("the template in config/templates/{template}/: {error}")]
    Template {
        /// Its folder.
        template: String,
        /// What is wrong.
        error: TemplateError,
    },
    /// The template lacks what a channel of the campaign needs.
    #[error(
        "campaign `{campaign}` goes out by {channel}, for which its template in config/templates/{template}/ has nothing: add {file} in the folder of its default language"
    )]
    NoPart {
        /// The campaign.
        campaign: String,
        /// The channel.
        channel: &'static str,
        /// The template's folder.
        template: String,
        /// What to add.
        file: &'static str,
    },
    /// Links cannot be signed.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Nothing is declared under `messages`.
    #[error(
        "the configuration has no member `messages`: declare what is sent there, see docs/messages.md"
    )]
    NoMessages,
    /// The campaign is not declared.
    #[error(
        "no message campaign is named `{campaign}`: the configuration declares {declared}; add it under messages.campaigns, or name one of these"
    )]
    Undeclared {
        /// What was asked for.
        campaign: String,
        /// What there is.
        declared: String,
    },
    /// The placement cannot fill a message.
    #[error(
        "placement `{placement}` cannot fill messages: {why}; name another one in the campaign"
    )]
    Placement {
        /// The placement.
        placement: String,
        /// Why not.
        why: String,
    },
    /// No channel of the campaign has a sender.
    #[error("no channel of campaign `{0}` has a sender: add one under messages.senders")]
    NoSender(String),
    /// SES does not send for this account.
    #[error(
        "SES has paused the sending of this account: see its reputation dashboard, and resume when it sends again"
    )]
    Paused,
    /// SES would not take all of it.
    #[error(
        "the audience has {people} people, and SES takes {left} more emails of this account within 24 hours: ask for a higher sending quota, send to a smaller audience, or start it again when there is room"
    )]
    Quota {
        /// People who may get an email.
        people: u64,
        /// Emails left.
        left: u64,
    },
    /// There is no such run.
    #[error(
        "there is no run `{run}` of a campaign: name one of the last 31 days, or start the campaign anew"
    )]
    NoRun {
        /// What was asked for.
        run: String,
    },
    /// The run is another campaign's.
    #[error("run `{run}` is of campaign `{of}`: resume it with that campaign")]
    OtherCampaign {
        /// The run.
        run: String,
        /// Its campaign.
        of: String,
    },
    /// The audience was never built to its end.
    #[error("run `{run}` has no audience, so nothing was sent: start the campaign anew")]
    NoAudience {
        /// The run.
        run: String,
    },
    /// An object has another shape.
    #[error(
        "the object {key} is not what build-audience or a sender writes; start the campaign anew"
    )]
    Object {
        /// Its key.
        key: String,
    },
    /// How far a part is has another shape.
    #[error("an item of run `{run}` in table {table} has another shape than this version writes")]
    Progress {
        /// The table.
        table: String,
        /// The run.
        run: String,
    },
    /// All shards that are left are another run's.
    #[error(
        "the people of shards {shards} are being sent to by other runs; try again when these are done"
    )]
    Taken {
        /// The shards.
        shards: String,
    },
    /// Another sender took over.
    #[error("another sender has taken over the people of shard {shard}")]
    TakenOver {
        /// The shard.
        shard: u32,
    },
    /// A service refuses all messages, not this one.
    #[error(
        "messages by {channel} are refused ({code}): {advice}, then resume the run; nothing is lost, and nobody gets a message twice"
    )]
    Refuses {
        /// The channel.
        channel: &'static str,
        /// The service's code.
        code: String,
        /// What to do.
        advice: &'static str,
    },
    /// A service refuses person after person, and takes nobody.
    #[error(
        "messages by {channel} are refused to one person after the other ({code}), so it is likely not them: see in the service's console whether the sender is verified and may send there, put it right, then resume the run; nobody is lost, and nobody gets a message twice"
    )]
    RefusesAll {
        /// The channel.
        channel: &'static str,
        /// The service's code.
        code: String,
    },
    /// A service does not say what becomes of messages.
    #[error(
        "the service that sends by {channel} did not answer several times: what it may have sent is looked up later; try again"
    )]
    Silent {
        /// The channel.
        channel: &'static str,
    },
    /// The process is at fault.
    #[error("a task of the sender ended before its time: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Fault for SendError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Environment(error) => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Operations(error) => error.kind(),
            Self::Messages(error) => error.kind(),
            Self::Aws(error) => error.kind(),
            Self::Batch(error) => error.kind(),
            Self::Lists(error) => error.kind(),
            Self::Experiments(error) => error.kind(),
            Self::Link(error) => error.kind(),
            Self::Template { .. }
            | Self::NoPart { .. }
            | Self::NoMessages
            | Self::Undeclared { .. }
            | Self::Placement { .. }
            | Self::NoSender(_)
            | Self::Quota { .. }
            | Self::NoRun { .. }
            | Self::OtherCampaign { .. }
            | Self::NoAudience { .. } => FaultKind::InvalidInput,
            Self::Taken { .. } | Self::TakenOver { .. } => FaultKind::Conflict,
            Self::Silent { .. } | Self::Task(_) => FaultKind::Retryable,
            Self::Variable(_)
            | Self::Paused
            | Self::Object { .. }
            | Self::Progress { .. }
            | Self::Refuses { .. }
            | Self::RefusesAll { .. } => FaultKind::Failed,
        }
    }
}
