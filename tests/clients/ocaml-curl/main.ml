let show base ?(change = ignore) path =
  let handle = Curl.init () in
  let seen = Buffer.create 1000 in
  Curl.set_url handle (base ^ path);
  Curl.set_followlocation handle true;
  Curl.set_encoding handle Curl.CURL_ENCODING_GZIP;
  Curl.set_writefunction handle (fun part ->
      Buffer.add_string seen part;
      String.length part);
  change handle;
  Curl.perform handle;
  Curl.cleanup handle;
  print_endline (Buffer.contents seen)

let () =
  let show = show Sys.argv.(1) in
  show "/json";
  show "/encoded/gzip";
  show "/json" ~change:(fun handle ->
      Curl.set_post handle true;
      Curl.set_postfields handle {|{"a": 1}|});
  show "/redirect/308";
  show "/cookies" ~change:(fun handle -> Curl.set_cookie handle "flavour=oat");
  show "/sse?n=2"
