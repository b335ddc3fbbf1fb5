library(httr)
base <- commandArgs(TRUE)[1]
show <- function(answer) cat(content(answer, "text", encoding = "UTF-8"), "\n")
show(GET(paste0(base, "/json")))
show(GET(paste0(base, "/encoded/gzip")))
show(POST(paste0(base, "/json"), body = '{"a": 1}'))
show(GET(paste0(base, "/redirect/308")))
show(GET(paste0(base, "/cookies"), set_cookies(flavour = "oat")))
