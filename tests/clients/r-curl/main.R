library(curl)
base <- commandArgs(TRUE)[1]
show <- function(path, ...) {
  answer <- curl_fetch_memory(paste0(base, path), new_handle(...))
  cat(rawToChar(answer$content), "\n")
}
show("/json")
show("/encoded/gzip")
show("/json", postfields = '{"a": 1}')
show("/redirect/308")
show("/cookies", cookie = "flavour=oat")
