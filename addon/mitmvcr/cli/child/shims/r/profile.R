# R_PROFILE_USER in every R of `mitmvcr run`: the packages curl (and so httr and httr2) and
# RCurl take authorities from no variable. Then the profile that this one stands in for.
local({
  bundle <- Sys.getenv("MITMVCR_CA_BUNDLE")
  if (file.exists(bundle)) {
    options(RCurlOptions = c(list(cainfo = bundle), getOption("RCurlOptions")))
    setHook(packageEvent("curl", "onLoad"), function(...) tryCatch({
      namespace <- asNamespace("curl")
      replace <- function(name, made) {
        unlockBinding(name, namespace)
        assign(name, made, envir = namespace)
        lockBinding(name, namespace)
      }
      trust <- function(handle) namespace$handle_setopt(handle, cainfo = bundle)
      new_handle <- namespace$new_handle
      replace("new_handle", function(...) namespace$handle_setopt(trust(new_handle()), ...))
      handle_reset <- namespace$handle_reset
      replace("handle_reset", function(handle) trust(handle_reset(handle)))
    }, error = function(problem) {
      message("mitmvcr: R's curl does not trust the proxy: ", conditionMessage(problem))
    }))
  }
})
local({
  own <- c(Sys.getenv("MITMVCR_R_PROFILE_USER"), ".Rprofile", "~/.Rprofile")
  if (nzchar(own[1])) own <- own[1]
  for (file in own) {
    if (file.exists(file)) {
      sys.source(file, globalenv())
      break
    }
  }
})
