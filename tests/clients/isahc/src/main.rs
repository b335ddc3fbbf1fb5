use isahc::prelude::*;
use isahc::Request;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap();
    println!("{}", isahc::get(format!("{base}/json"))?.text()?);
    println!("{}", isahc::get(format!("{base}/encoded/gzip"))?.text()?);
    println!("{}", isahc::post(format!("{base}/json"), r#"{"a": 1}"#)?.text()?);
    let cookie = Request::get(format!("{base}/cookies")).header("Cookie", "flavour=oat");
    println!("{}", cookie.body(())?.send()?.text()?);
    println!("{}", isahc::get(format!("{base}/sse?n=2"))?.text()?);
    Ok(())
}
