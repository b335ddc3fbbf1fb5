package require http
package require tls
fconfigure stdout -encoding iso8859-1
http::register https 443 [list tls::socket -autoservername true -require true -cafile $env(SSL_CERT_FILE)]
proc show {args} {
    set token [http::geturl {*}$args]
    puts [http::data $token]
    http::cleanup $token
}
set base [lindex $argv 0]
show $base/json
show $base/encoded/gzip
show $base/json -query {{"a": 1}} -type application/json
show $base/cookies -headers {Cookie flavour=oat}
show $base/sse?n=2
