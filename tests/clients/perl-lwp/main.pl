use strict;
use warnings;
use LWP::UserAgent;

my $base   = shift;
my $client = LWP::UserAgent->new;

sub show {
    my $answer = shift;
    die $answer->status_line unless $answer->is_success;
    print $answer->decoded_content( charset => 'none' ), "\n";
}

show( $client->get("$base/json") );
show( $client->get( "$base/encoded/gzip", 'Accept-Encoding' => 'gzip' ) );
show( $client->post( "$base/json", Content => '{"a": 1}' ) );
show( $client->get("$base/redirect/308") );
show( $client->get( "$base/cookies", Cookie => 'flavour=oat' ) );
show( $client->get("$base/sse?n=2") );
