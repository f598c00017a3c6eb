//! A connector, asked for one query.

use std::sync::Arc;

use athena_federation::{
    ProtocolError, SerDe,
    client::{Client, ClientError, Invoke},
    message::FunctionException,
};

use crate::{
    app::App,
    lambda::InvokeError,
    query::{failure::Failure, scan::Scan},
};

/// The functions of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Functions {
    /// Answers what there is.
    pub(crate) metadata: String,
    /// Answers rows.
    pub(crate) records: String,
}

impl Functions {
    /// One function for both.
    #[must_use]
    pub(crate) fn one(name: &str) -> Self {
        Self {
            metadata: name.to_owned(),
            records: name.to_owned(),
        }
    }
}

/// A Lambda function; what it answers counts for a query, if one is given.
#[derive(Clone)]
pub(crate) struct Function {
    app: Arc<App>,
    name: String,
    scan: Option<Arc<Scan>>,
}

impl Invoke for Function {
    async fn invoke(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let answer = self.app.lambda.invoke(&self.name, request).await;
        let answer = answer.map_err(|error| match error {
            InvokeError::Function { kind, message } => ClientError::Function(FunctionException {
                error_message: Some(message),
                error_type: Some(kind),
                ..FunctionException::default()
            }),
            error @ InvokeError::Service { .. } => ClientError::Transport(Box::new(error)),
        })?;
        if let Some(scan) = &self.scan {
            scan.add(answer.len())
                .map_err(|failure| ClientError::Transport(Box::new(failure)))?;
        }
        Ok(answer)
    }
}

/// A function of a connector, asked for one query.
#[derive(Clone)]
pub(crate) struct Connector {
    /// By the protocol.
    pub(crate) client: Client<Function>,
    function: String,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "connector {}", self.function)
    }
}

impl Connector {
    /// Asks a function which version of the protocol it speaks.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn connect(
        app: &Arc<App>,
        function: &str,
        catalog: &str,
        query_id: &str,
        scan: Option<Arc<Scan>>,
    ) -> Result<Self, Failure> {
        let invoke = Function {
            app: Arc::clone(app),
            name: function.to_owned(),
            scan,
        };
        let client = Client::connect(invoke, catalog, query_id, SerDe::LATEST).await;
        Ok(Self {
            client: client.map_err(|error| failure(function, "connecting", &error))?,
            function: function.to_owned(),
        })
    }

    /// Names a call of the client that failed.
    pub(crate) fn failed(
        &self,
        context: &'static str,
    ) -> impl FnOnce(ClientError) -> Failure + use<> {
        let function = self.function.clone();
        move |error| failure(&function, context, &error)
    }

    /// Names a message of the function that cannot be read.
    pub(crate) fn unreadable(
        &self,
        context: &'static str,
    ) -> impl FnOnce(ProtocolError) -> Failure + use<> {
        let failed = self.failed(context);
        move |error| failed(ClientError::Protocol(error))
    }
}

fn failure(function: &str, context: &str, error: &ClientError) -> Failure {
    let (kind, message) = match error {
        ClientError::Function(exception) => (
            exception
                .error_type
                .clone()
                .unwrap_or_else(|| "Unhandled".to_owned()),
            exception.to_string(),
        ),
        ClientError::Transport(cause) => {
            if let Some(failure) = cause.downcast_ref::<Failure>() {
                return failure.clone();
            }
            let kind = cause.downcast_ref::<InvokeError>();
            let kind = kind.map_or("ServiceException", InvokeError::kind);
            (kind.to_owned(), cause.to_string())
        }
        ClientError::Protocol(problem) => ("ProtocolError".to_owned(), problem.to_string()),
    };
    Failure::Connector {
        kind,
        function: function.to_owned(),
        context: context.to_owned(),
        message,
    }
}
