import io.ktor.client.HttpClient
import io.ktor.client.engine.cio.CIO
import io.ktor.client.request.cookie
import io.ktor.client.request.get
import io.ktor.client.request.post
import io.ktor.client.request.setBody
import io.ktor.client.statement.bodyAsText
import kotlinx.coroutines.runBlocking

fun main(words: Array<String>) = runBlocking {
    val base = words[0]
    HttpClient(CIO).use { client ->
        println(client.get("$base/json").bodyAsText())
        println(client.post("$base/json") { setBody("{\"a\": 1}") }.bodyAsText())
        println(client.get("$base/redirect/308").bodyAsText())
        println(client.get("$base/cookies") { cookie("flavour", "oat") }.bodyAsText())
        println(client.get("$base/sse?n=2").bodyAsText())
    }
}
