import java.net.URI
import java.net.http.{HttpClient, HttpRequest}
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse.BodyHandlers

@main def main(base: String, rest: String*): Unit =
  val client = HttpClient.newBuilder.followRedirects(HttpClient.Redirect.NORMAL).build
  def show(path: String)(change: HttpRequest.Builder => HttpRequest.Builder = identity): Unit =
    val request = change(HttpRequest.newBuilder(URI(base + path))).build
    println(client.send(request, BodyHandlers.ofString).body)
  show("/json")()
  show("/encoded/gzip")()
  show("/json")(_.POST(BodyPublishers.ofString("{\"a\": 1}")))
  show("/redirect/308")()
  show("/cookies")(_.header("Cookie", "flavour=oat"))
  show("/sse?n=2")()
