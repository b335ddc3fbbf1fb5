import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody

fun main(words: Array<String>) {
    val client = OkHttpClient()
    fun show(path: String, change: Request.Builder.() -> Unit = {}) {
        val request = Request.Builder().url(words[0] + path).apply(change).build()
        client.newCall(request).execute().use { println(it.body.string()) }
    }
    show("/json")
    show("/encoded/gzip")
    show("/json") { post("{\"a\": 1}".toRequestBody()) }
    show("/redirect/308")
    show("/cookies") { header("Cookie", "flavour=oat") }
    show("/sse?n=2")
    client.dispatcher.executorService.shutdown()
}
