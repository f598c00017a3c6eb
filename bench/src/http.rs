//! A small HTTP/1.1 server on 127.0.0.1.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::error::BenchError;

/// What is answered to requests.
pub(crate) trait Handler: Send + Sync + 'static {
    /// The answer to one request.
    fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Full<Bytes>>> + Send;
}

/// Serves `handler` on `port`, or on any free one when that is 0, until the process ends; gives the
/// address.
pub(crate) async fn serve(handler: Arc<impl Handler>, port: u16) -> Result<SocketAddr, BenchError> {
    let failed = |source| BenchError::Listen {
        at: format!("127.0.0.1:{port}"),
        source,
    };
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Without it, small answers would wait for acknowledgements of the ones before.
            let _ = stream.set_nodelay(true);
            let handler = Arc::clone(&handler);
            let service = service_fn(move |request| {
                let handler = Arc::clone(&handler);
                async move { Ok::<_, Infallible>(handler.answer(request).await) }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    });
    Ok(address)
}
