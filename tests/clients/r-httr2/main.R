library(httr2)
base <- commandArgs(TRUE)[1]
show <- function(asked) cat(resp_body_string(req_perform(asked)), "\n")
show(request(paste0(base, "/json")))
show(request(paste0(base, "/encoded/gzip")))
show(req_body_raw(request(paste0(base, "/json")), '{"a": 1}', "application/json"))
show(request(paste0(base, "/redirect/308")))
show(req_headers(request(paste0(base, "/cookies")), Cookie = "flavour=oat"))
show(request(paste0(base, "/sse?n=2")))
