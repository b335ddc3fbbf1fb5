fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap();
    println!("{}", ureq::get(format!("{base}/json")).call()?.body_mut().read_to_string()?);
    println!("{}", ureq::get(format!("{base}/encoded/gzip")).call()?.body_mut().read_to_string()?);
    println!("{}", ureq::post(format!("{base}/json")).send(r#"{"a": 1}"#)?.body_mut().read_to_string()?);
    println!("{}", ureq::get(format!("{base}/redirect/308")).call()?.body_mut().read_to_string()?);
    println!("{}", ureq::get(format!("{base}/cookies")).header("Cookie", "flavour=oat").call()?.body_mut().read_to_string()?);
    println!("{}", ureq::get(format!("{base}/sse?n=2")).call()?.body_mut().read_to_string()?);
    Ok(())
}
