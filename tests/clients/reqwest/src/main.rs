use reqwest::blocking::Client;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let base = std::env::args().nth(1).unwrap();
    let client = Client::new();
    println!("{}", client.get(format!("{base}/json")).send()?.text()?);
    println!("{}", client.get(format!("{base}/encoded/gzip")).send()?.text()?);
    println!("{}", client.post(format!("{base}/json")).body(r#"{"a": 1}"#).send()?.text()?);
    println!("{}", client.get(format!("{base}/redirect/308")).send()?.text()?);
    println!("{}", client.get(format!("{base}/cookies")).header("Cookie", "flavour=oat").send()?.text()?);
    println!("{}", client.get(format!("{base}/sse?n=2")).send()?.text()?);
    Ok(())
}
