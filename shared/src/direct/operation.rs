//! One operation of a service: the SDK's serializer and deserializer for it.

use std::{fmt, marker::PhantomData};

use aws_smithy_runtime_api::client::{
    interceptors::context::Input,
    orchestrator::{HttpRequest, HttpResponse},
    runtime_plugin::RuntimePlugin,
    ser_de::{
        DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
    },
};
use aws_smithy_types::{
    config_bag::{ConfigBag, FrozenLayer},
    error::metadata::ProvideErrorMetadata,
};

use crate::{aws::AwsError, fault::FaultKind};

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// As all services but one want it.
    Usual,
    /// As S3 wants it: paths as they stand, the body's hash in a header.
    S3,
}

/// What is sent or comes back.
pub trait Message: fmt::Debug + Send + Sync + 'static {}

impl<T: fmt::Debug + Send + Sync + 'static> Message for T {}

/// The errors of an operation.
pub trait Refusal: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static {}

impl<T: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static> Refusal for T {}

/// An operation that takes `Input`, and answers with `Output` or fails with `Error`.
pub struct Operation<Input, Output, Error> {
    pub(super) call: &'static str,
    pub(super) signing: Signing,
    layer: FrozenLayer,
    types: PhantomData<fn(Input) -> Result<Output, Error>>,
}

impl<I: Message, O: Message, E: Refusal> Operation<I, O, E> {
    /// The operation that the SDK describes by `operation` (`BatchGetItem::new()`); `call` names it in
    /// errors (`dynamodb:BatchGetItem`). The types have to be the operation's own: others fail each call
    /// with a plain error.
    #[must_use]
    pub fn new(call: &'static str, signing: Signing, operation: &impl RuntimePlugin) -> Self {
        let layer = operation.config();
        let none = || aws_smithy_types::config_bag::Layer::new(call).freeze();
        Self {
            call,
            signing,
            layer: layer.unwrap_or_else(none),
            types: PhantomData,
        }
    }

    /// The error of a call that was not made, because its input cannot be.
    #[must_use]
    pub fn unsent(&self, why: &impl fmt::Display) -> AwsError {
        AwsError::unsent(self.call, why)
    }

    /// The error of an answer that ended before it was whole.
    pub(super) fn broken_off(&self, why: &dyn std::error::Error) -> AwsError {
        AwsError::broken_off(self.call, why)
    }

    /// The unsigned request that asks for `input` at `endpoint`.
    pub(super) fn request(&self, input: I, endpoint: &str) -> Result<HttpRequest, AwsError> {
        let unsent = |why: &dyn fmt::Display| AwsError::unsent(self.call, why);
        let serializer = self.layer.load::<SharedRequestSerializer>();
        let serializer = serializer.ok_or_else(|| unsent(&"the SDK has no serializer for it"))?;
        let mut request = serializer
            .serialize_input(Input::erase(input), &mut self.bag())
            .map_err(|error| unsent(&error))?;
        let uri = request.uri_mut();
        uri.set_endpoint(endpoint).map_err(|error| unsent(&error))?;
        Ok(request)
    }

    /// What `response`, whose body is loaded, says.
    pub(super) fn output(&self, mut response: HttpResponse) -> Result<O, AwsError> {
        let unreadable = |what: &str| AwsError::unreadable(self.call, what);
        let deserializer = self.layer.load::<SharedResponseDeserializer>();
        let deserializer =
            deserializer.ok_or_else(|| unreadable("the SDK has no deserializer for it"))?;
        let bag = self.bag();
        let said = deserializer
            .deserialize_streaming_with_config(&mut response, &bag)
            .unwrap_or_else(|| deserializer.deserialize_nonstreaming_with_config(&response, &bag));
        let failed = match said {
            Ok(output) => {
                let output = output.downcast::<O>();
                return output.map_err(|_| unreadable("it is of another operation"));
            }
            Err(failed) => failed,
        };
        let error = failed.as_operation_error();
        match error.and_then(|error| error.downcast_ref::<E>()) {
            Some(error) => Err(self.refused(error, response.status().as_u16())),
            None => Err(unreadable("it is not what the service answers")),
        }
    }

    /// The service's own error. What has no code that says more is judged by the status.
    fn refused(&self, error: &E, status: u16) -> AwsError {
        let message = error.message().unwrap_or("no message");
        let answered = |code| AwsError::answered(self.call, code, message);
        match error.code() {
            Some(code) => {
                let known = answered(code);
                match status {
                    429 | 500..=599 => known.of_kind(FaultKind::Retryable),
                    _ => known,
                }
            }
            // An answer without a body, so there is no code.
            None if status == 304 => answered(AwsError::NOT_MODIFIED),
            None if status == 429 || status >= 500 => {
                answered("ServiceUnavailable").of_kind(FaultKind::Retryable)
            }
            None => answered("UnknownError"),
        }
    }

    fn bag(&self) -> ConfigBag {
        let mut bag = ConfigBag::base();
        bag.push_shared_layer(self.layer.clone());
        bag
    }
}

impl<I, O, E> fmt::Debug for Operation<I, O, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.call)
    }
}
