//! The `local` command: reads the command line, does what the verb says, turns errors into a
//! sentence and an exit code.

mod cli;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use cli::{Cli, ConfigVerb, Verb};
use local::front_door::{self, Backends, Faults};
use local::seed::Source;
use local::stack::{Options, Stack};
use local::status::Status;
use local::steps::Steps;
use local::workflows::Workflow;
use local::{Error, Layout, Result, demo, doctor, env, seeding, services, up};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error:{red:#} {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

async fn run(cli: Cli) -> Result<ExitCode> {
    let common = cli.common;
    let options = Options {
        folder: std::env::current_dir().map_err(|error| Error::Usage(error.to_string()))?,
        state: common.state,
        port: common.port,
        ministack_port: common.ministack_port,
        personalize_port: common.personalize_port,
        experiments_port: common.experiments_port,
        messaging_port: common.messaging_port,
        backend: true,
        athena_port: common.athena_port,
        backend_port: common.backend_port,
        faults: common.fault,
    };
    match cli.verb {
        Verb::Demo { data, once, json } => {
            let request = demo::Request {
                options,
                program: program()?,
                data,
                once,
                json,
            };
            demo::run(&request, interrupted()).await?;
        }
        Verb::Up => bring_up(&options).await?,
        Verb::Seed { data } => seed(&options, Source::detect(data.as_deref())?).await?,
        Verb::Env => {
            let stack = Stack::running(layout(&options)?).await?;
            anstream::println!("{}", env::exports(&stack)?);
        }
        Verb::Token { user, admin } => {
            let stack = Stack::running(layout(&options)?).await?;
            anstream::println!("{}", token(&stack, &user, admin).await?);
        }
        Verb::Status { json } => return status(&layout(&options)?, json).await,
        Verb::Down { clean } => down(&layout(&options)?, clean).await?,
        Verb::Doctor => return examine(&options).await,
        Verb::Config {
            verb: ConfigVerb::Check { file },
        } => check(&options, file)?,
        Verb::FrontDoor => open_front_door(&options).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| Error::Unexpected(error.to_string()))
}

fn layout(options: &Options) -> Result<Layout> {
    Layout::find(&options.folder, &options.state)
}

/// Ends with Ctrl-C or SIGTERM.
async fn interrupted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Who joins a group has to sign in again to be in it.
async fn token(stack: &Stack, user: &str, admin: bool) -> Result<String> {
    if admin {
        stack.token(user).await?;
        stack.make_admin(user).await?;
    }
    stack.token(user).await
}

async fn bring_up(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    let stack = tokio::select! {
        stack = up::up(options, program()?, &mut steps) => stack?,
        () = interrupted() => return Err(Error::Interrupted),
    };
    anstream::println!("AWS_ENDPOINT_URL={}", stack.endpoint());
    anstream::println!("GraphQL is at {}", stack.graphql()?.url());
    anstream::println!("Messages are at {}", stack.ports().messaging_url());
    let layout = stack.layout();
    anstream::println!("To seed it: {}", layout.command("seed"));
    anstream::println!("To stop it: {}", layout.command("down"));
    Ok(())
}

async fn seed(options: &Options, source: Source) -> Result<()> {
    source.check()?;
    let stack = Stack::running(layout(options)?).await?;
    let mut steps = Steps::default();
    let seeded = steps.run("seed", seeding::seed(&stack, source)).await?;
    for workflow in [
        Workflow::ApplyEstate,
        Workflow::ImportData,
        Workflow::Retrain,
        Workflow::RefreshCatalog,
    ] {
        steps
            .run(workflow.name(), seeding::workflow(&stack, workflow))
            .await?;
    }
    let text = serde_json::to_string_pretty(&seeded).unwrap_or_default();
    anstream::println!("{text}");
    Ok(())
}

async fn status(layout: &Layout, json: bool) -> Result<ExitCode> {
    let status = Status::look(layout).await?;
    if json {
        anstream::println!(
            "{}",
            serde_json::to_string_pretty(&status).unwrap_or_default()
        );
    } else {
        status.print();
    }
    Ok(if status.is_up() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

async fn down(layout: &Layout, clean: bool) -> Result<()> {
    let stopped = services::stop(layout).await?;
    match stopped.as_slice() {
        [] => anstream::println!("nothing was running"),
        names => anstream::println!("stopped {}", names.join(", ")),
    }
    if clean && layout.state().exists() {
        layout.remove_state()?;
        anstream::println!("removed {}", layout.state().display());
    }
    Ok(())
}

async fn examine(options: &Options) -> Result<ExitCode> {
    let findings = doctor::examine(options).await?;
    findings.iter().for_each(doctor::Finding::print);
    let good = findings.iter().all(doctor::Finding::is_good);
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

fn check(options: &Options, file: Option<PathBuf>) -> Result<()> {
    let file = file.map_or_else(|| layout(options).map(|layout| layout.config()), Ok)?;
    let estate = up::check_config(&file)?;
    anstream::println!(
        "{} is sound: estate {}, {} solutions, {} campaigns, {} filters, {} placements",
        file.display(),
        estate.estate,
        estate.solutions.len(),
        estate.campaigns.len(),
        estate.filters.len(),
        estate.placements.len()
    );
    Ok(())
}

async fn open_front_door(options: &Options) -> Result<()> {
    let listener = front_door::bind(options.port).await?;
    let faults = Arc::new(Faults::default());
    faults
        .set(options.faults.iter().cloned().collect())
        .map_err(Error::Usage)?;
    let backends = Backends {
        ministack: options.ministack_port,
        personalize: options.personalize_port,
        athena: options.athena_port,
        messaging: options.messaging_port,
    };
    tokio::select! {
        () = front_door::serve(listener, backends, faults) => {}
        () = interrupted() => {}
    }
    Ok(())
}
