base <- commandArgs(TRUE)[1]
for (path in c("/json", "/encoded/gzip", "/redirect/308")) {
  cat(readLines(url(paste0(base, path)), warn = FALSE), "\n")
}
