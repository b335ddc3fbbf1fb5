library(RCurl)
base <- commandArgs(TRUE)[1]
cat(getURL(paste0(base, "/json"), .encoding = "UTF-8"), "\n")
cat(getURL(paste0(base, "/json"), postfields = '{"a": 1}'), "\n")
cat(getURL(paste0(base, "/redirect/308"), followlocation = TRUE, .encoding = "UTF-8"), "\n")
cat(getURL(paste0(base, "/cookies"), cookie = "flavour=oat"), "\n")
