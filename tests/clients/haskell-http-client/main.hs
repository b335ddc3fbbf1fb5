{-# LANGUAGE OverloadedStrings #-}

import qualified Data.ByteString.Lazy.Char8 as Bytes
import Network.HTTP.Client
import Network.HTTP.Client.TLS (newTlsManager)
import System.Environment (getArgs)

main :: IO ()
main = do
  base : _ <- getArgs
  manager <- newTlsManager
  let show' path change = do
        request <- parseRequest (base ++ path)
        httpLbs (change request) manager >>= Bytes.putStrLn . responseBody
      post request = request {method = "POST", requestBody = "{\"a\": 1}"}
      cookie request = request {requestHeaders = [("Cookie", "flavour=oat")]}
  show' "/json" id
  show' "/encoded/gzip" id
  show' "/json" post
  show' "/redirect/308" id
  show' "/cookies" cookie
  show' "/sse?n=2" id
