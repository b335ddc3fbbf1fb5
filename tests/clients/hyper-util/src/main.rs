use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap();
    let tls = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1().build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<&'static [u8]>>(tls);
    for path in ["/json", "/sse?n=2"] {
        let answer = client.get(format!("{base}{path}").parse()?).await?;
        println!("{}", String::from_utf8(answer.into_body().collect().await?.to_bytes().to_vec())?);
    }
    Ok(())
}
