open Lwt.Infix

let show ?headers path =
  let url = Uri.of_string (Sys.argv.(1) ^ path) in
  Cohttp_lwt_unix.Client.get ?headers url >>= fun (_, body) ->
  Cohttp_lwt.Body.to_string body >>= Lwt_io.printl

let () =
  let cookie = Cohttp.Header.init_with "Cookie" "flavour=oat" in
  Lwt_main.run
    ( show "/json" >>= fun () ->
      show ~headers:cookie "/cookies" >>= fun () -> show "/sse?n=2" )
