//! A running local stack as one value: start it step by step or in one go, ask it for its
//! clients and outputs, stop it. One that was started for a test ends with the value.

use std::path::{Path, PathBuf};

use crate::aws::Clients;
use crate::build::{self, Binaries};
use crate::deploy::{self, stack::Outputs};
use crate::error::{Error, Result};
use crate::front_door::{Backends, Fault, Faults, InProcess};
use crate::graphql::GraphQl;
use crate::layout::Layout;
use crate::seed;
use crate::services::ports::Ports;
use crate::services::{self, Door, Service, process};
use crate::setup;
use crate::shoppers::Shoppers;

/// How a stack is wanted.
#[derive(Debug, Clone)]
pub struct Options {
    /// A folder inside the checkout.
    pub folder: PathBuf,
    /// The state directory; relative to the checkout.
    pub state: PathBuf,
    /// Port of the front door; 0 is any free one.
    pub port: u16,
    /// Port of the emulator; 0 is any free one.
    pub ministack_port: u16,
    /// Port of Personalize's stand-in; 0 is any free one.
    pub personalize_port: u16,
    /// Port of the experiments service; 0 is any free one.
    pub experiments_port: u16,
    /// Port of the stand-in for SES, End User Messaging and Pinpoint; 0 is any free one.
    pub messaging_port: u16,
    /// Whether there is a backend to pull from and to query: the sample shop, and Athena.
    pub backend: bool,
    /// Port of Athena's stand-in; 0 is any free one.
    pub athena_port: u16,
    /// Port of the sample shop; 0 is any free one.
    pub backend_port: u16,
    /// Faults from the start on.
    pub faults: Vec<(String, Fault)>,
}

impl Options {
    /// A stack for a test: free ports, its state in `state`, no backend: data is put into the bucket.
    #[must_use]
    pub fn for_test(state: &Path) -> Self {
        Self {
            folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            state: state.to_owned(),
            port: 0,
            ministack_port: 0,
            personalize_port: 0,
            experiments_port: 0,
            messaging_port: 0,
            backend: false,
            athena_port: 0,
            backend_port: 0,
            faults: Vec::new(),
        }
    }
}

/// A deployed stack.
#[derive(Debug)]
pub struct Stack {
    layout: Layout,
    ports: Ports,
    clients: Clients,
    outputs: Outputs,
    /// Of a stack that was deployed here.
    experiments: Option<Service>,
    /// Of a stack that was deployed here and has a backend.
    backend: Option<Service>,
    door: Option<InProcess>,
}

impl Stack {
    /// Starts everything for a test: environment, build, services, deployment. The front door
    /// runs inside this process. Everything stops when the value is dropped.
    ///
    /// # Errors
    /// Those of the steps; what was started is stopped.
    pub async fn start(options: &Options) -> Result<Self> {
        let layout = Layout::find(&options.folder, &options.state)?;
        let ports = Ports::choose(&layout, options)?;
        setup::virtual_environment(&layout).await?;
        let binaries = build::build(&layout).await?;
        let guard = StopOnDrop(Some(layout.clone()));
        services::start(&layout, ports, &binaries, &Door::Elsewhere).await?;
        let backends = Backends {
            ministack: ports.ministack,
            personalize: ports.personalize,
            athena: ports.athena,
            messaging: ports.messaging,
        };
        let door = InProcess::open(ports.front_door, backends)?;
        door.faults()
            .set(options.faults.iter().cloned().collect())
            .map_err(Error::Usage)?;
        let mut stack = Self::deploy(layout, ports, &binaries).await?;
        stack.door = Some(door);
        guard.disarm();
        Ok(stack)
    }

    /// Packages and deploys onto services that run already, and starts what needs the deployment.
    ///
    /// # Errors
    /// [`Error::Template`], [`Error::Deploy`], [`Error::Aws`], [`Error::Service`].
    pub async fn deploy(layout: Layout, ports: Ports, binaries: &Binaries) -> Result<Self> {
        let clients = Clients::new(&ports.endpoint());
        let outputs = deploy::run(&layout, &clients, ports, binaries).await?;
        let experiments = services::experiments::service(binaries, ports, &outputs)?;
        process::start(&layout, &experiments).await?;
        let backend = match ports.backend {
            0 => None,
            _ => Some(services::backend::service(
                &layout, binaries, ports, &outputs,
            )?),
        };
        if let Some(backend) = &backend {
            process::start(&layout, backend).await?;
        }
        Ok(Self {
            layout,
            ports,
            clients,
            outputs,
            experiments: Some(experiments),
            backend,
            door: None,
        })
    }

    /// The stack that was left running in `layout`'s state directory.
    ///
    /// # Errors
    /// [`Error::NotRunning`].
    pub async fn running(layout: Layout) -> Result<Self> {
        let ports = Ports::read(&layout)
            .filter(|_| process::is_running(&layout, services::FRONT_DOOR))
            .ok_or_else(|| Error::NotRunning {
                what: format!("no front door in {}", layout.state().display()),
            })?;
        let clients = Clients::new(&ports.endpoint());
        let outputs = deploy::stack::read_outputs(&clients.cloudformation).await?;
        Ok(Self {
            layout,
            ports,
            clients,
            outputs,
            experiments: None,
            backend: None,
            door: None,
        })
    }

    /// Its paths.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Its ports.
    #[must_use]
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// The front door's URL: what `AWS_ENDPOINT_URL` is set to.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.ports.endpoint()
    }

    /// Clients of it.
    #[must_use]
    pub fn clients(&self) -> &Clients {
        &self.clients
    }

    /// An output of the template.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when the template has no such output.
    pub fn output(&self, name: &str) -> Result<&str> {
        self.outputs.get(name).map(String::as_str).ok_or_else(|| {
            Error::Unexpected(format!(
                "template.yaml has no output {name}; the local stack reads it"
            ))
        })
    }

    /// Its GraphQL endpoint with the API key.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when the template does not say.
    pub fn graphql(&self) -> Result<GraphQl> {
        let url = self.output("GraphQLUrl")?;
        GraphQl::new(&self.endpoint(), url, self.output("GraphQLApiKey")?)
    }

    /// Its GraphQL endpoint with a token of `user`, who is signed up when nobody asked for them before.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when the template does not say, or the user cannot sign in.
    pub async fn graphql_as(&self, user: &str) -> Result<GraphQl> {
        Ok(self.graphql()?.signed_in(self.token(user).await?))
    }

    /// A token of `user`.
    ///
    /// # Errors
    /// [`Error::Unexpected`] when the template does not say, or the user cannot sign in.
    pub async fn token(&self, user: &str) -> Result<String> {
        let endpoint = self.endpoint();
        self.shoppers(&endpoint)?.token(user).await
    }

    /// Puts `user`, who has signed in once, into the group of administrators.
    ///
    /// # Errors
    /// [`Error::Unexpected`] with what Cognito said.
    pub async fn make_admin(&self, user: &str) -> Result<()> {
        let endpoint = self.endpoint();
        self.shoppers(&endpoint)?.administrates(user).await
    }

    fn shoppers<'a>(&'a self, endpoint: &'a str) -> Result<Shoppers<'a>> {
        Ok(Shoppers {
            endpoint,
            pool: self.output("UserPoolId")?,
            client: self.output("UserPoolClientId")?,
        })
    }

    /// Stops the experiments service and starts it again, as a deployment on AWS does.
    ///
    /// # Errors
    /// [`Error::NotRunning`] when it was not running, [`Error::Service`] when it does not come up again.
    pub async fn restart_experiments(&self) -> Result<()> {
        let service = self.experiments.as_ref().ok_or_else(|| Error::NotRunning {
            what: "no experiments service of this deployment".into(),
        })?;
        process::stop(&self.layout, services::EXPERIMENTS).await?;
        process::start(&self.layout, service).await
    }

    /// Whether products and data come from a backend.
    #[must_use]
    pub fn has_backend(&self) -> bool {
        self.ports.backend != 0
    }

    /// Puts the staged data below `folder` into the sample shop, in place of what it has.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Backend`], [`Error::Service`] when the shop does not come up again.
    pub async fn fill_backend(&self, folder: PathBuf) -> Result<()> {
        self.replace_backend(move |database| seed::fill_backend(&folder, database))
            .await
    }

    /// Puts a generated shop in place of what the sample shop has.
    ///
    /// # Errors
    /// As [`Stack::fill_backend`].
    pub async fn generate_backend(&self, amounts: backend_local::Amounts) -> Result<()> {
        self.replace_backend(move |database| {
            let generated = backend_local::generate(database, &amounts);
            generated.map(|_| ()).map_err(Error::backend)
        })
        .await
    }

    async fn replace_backend(
        &self,
        fill: impl FnOnce(&Path) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        // Its process keeps the file that it opened.
        process::stop(&self.layout, services::BACKEND).await?;
        let database = services::backend::database(&self.layout)?;
        let filling = tokio::task::spawn_blocking(move || fill(&database));
        filling
            .await
            .map_err(|error| Error::Unexpected(error.to_string()))??;
        if let Some(service) = &self.backend {
            return process::start(&self.layout, service).await;
        }
        let binaries = build::build(&self.layout).await?;
        let service =
            services::backend::service(&self.layout, &binaries, self.ports, &self.outputs)?;
        process::start(&self.layout, &service).await
    }

    /// The faults of a front door inside this process.
    #[must_use]
    pub fn faults(&self) -> Option<&Faults> {
        self.door.as_ref().map(InProcess::faults)
    }

    /// Stops everything that runs in the state directory.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn stop(self) -> Result<()> {
        services::stop(&self.layout).await.map(|_| ())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // One that shares its front door with other commands is left running.
        if self.door.is_some() {
            drop(StopOnDrop(Some(self.layout.clone())));
        }
    }
}

/// Stops a half-started stack.
struct StopOnDrop(Option<Layout>);

impl StopOnDrop {
    fn disarm(mut self) {
        self.0 = None;
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let Some(layout) = self.0.take() else { return };
        // Dropping cannot wait on the runtime it may be in, so it takes a thread and one of its own.
        let stopping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.map(|runtime| runtime.block_on(services::stop(&layout)))
        });
        let _ = stopping.join();
    }
}
